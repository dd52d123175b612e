--- Keys in insert mode that act on ghost text, and do what they did before
--- where there is none: other plugins' mappings, snippets, indentation.

local M = {}

--- What `mapping` (of |maparg()|) would do: keys to return.
---@param mapping table
---@param key string
---@return string
local function before(mapping, key)
  if vim.tbl_isempty(mapping) then
    return vim.keycode(key)
  end
  local result
  if mapping.callback then
    result = mapping.callback()
    if mapping.expr ~= 1 then
      return ''
    end
  elseif mapping.expr == 1 then
    result = vim.api.nvim_eval(mapping.rhs)
  else
    result = vim.keycode(mapping.rhs)
  end
  result = result or ''
  if mapping.expr == 1 and mapping.replace_keycodes == 1 then
    result = vim.keycode(result)
  end
  if mapping.noremap == 0 then
    -- Its keys are mapped again, which a returned key would not be.
    vim.api.nvim_feedkeys(result, 'im', false)
    return ''
  end
  return result
end

--- Maps `key` to `action`, which returns whether it did something.
---@param key string|false
---@param action fun(): boolean
---@param description string
function M.map(key, action, description)
  if not key then
    return
  end
  local mapping = vim.fn.maparg(key, 'i', false, true)
  -- `setup` may be called twice.
  if mapping.desc == description then
    mapping = {}
  end
  vim.keymap.set('i', key, function()
    return action() and '' or before(mapping, key)
  end, { expr = true, replace_keycodes = false, silent = true, desc = description })
end

return M
