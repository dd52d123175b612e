-- Ghost text comes up while typing; accepting it inserts what was shown.

local person = require('person')

local namespace = vim.api.nvim_create_namespace('nvim.lsp.inline_completion')

-- The ghost text on the screen, or nil.
local function shown()
  local mark = vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })[1]
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

person.run(function()
  person.client('textDocument/inlineCompletion')

  person.type('3GA', 'insert mode', person.typed('\n'))
  local ghost = person.type('    names = Vec::n', 'ghost text', shown)
  assert(person.typed('Vec::n')(), 'the ghost text came before the text it belongs to')

  local before, behind = person.around_cursor()
  person.type('<Tab>', 'the text to be inserted', function()
    return person.text() ~= before .. behind
  end)
  local expected = before .. ghost .. behind
  assert(
    person.text() == expected,
    ('shown and inserted differ:\n%s\n---\n%s'):format(expected, person.text())
  )
  local now_before = person.around_cursor()
  assert(now_before == before .. ghost, 'the cursor is not behind what was inserted')
end)
