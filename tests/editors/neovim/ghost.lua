-- What stands on the screen as ghost text: the extmarks of a layer.

--- A function that returns the ghost text of `namespace`, or nil.
return function(namespace)
  local id = vim.api.nvim_create_namespace(namespace)
  return function()
    local mark = vim.api.nvim_buf_get_extmarks(0, id, 0, -1, { details = true })[1]
    if not mark then
      return nil
    end
    local function joined(chunks)
      return vim.iter(chunks):map(function(chunk) return chunk[1] end):join('')
    end
    local lines = { joined(mark[4].virt_text or {}) }
    for _, line in ipairs(mark[4].virt_lines or {}) do
      table.insert(lines, joined(line))
    end
    local text = table.concat(lines, '\n')
    return text ~= '' and text or nil
  end
end
