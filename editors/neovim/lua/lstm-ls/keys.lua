--- Keys in insert mode that act on ghost text, and do what they did before
--- where there is none: other plugins' mappings, snippets, indentation.

local M = {}

--- Does what `mapping` (of |maparg()|) or, without one, `key` itself would do.
---@param mapping table
---@param key string
local function before(mapping, key)
  local keys = key
  -- Keys that come back are not mapped again, unless the mapping says so.
  local flags = mapping.noremap == 0 and 'im' or 'in'
  local replace = true
  if mapping.callback then
    keys = mapping.callback()
    replace = mapping.replace_keycodes == 1
    if mapping.expr ~= 1 then
      return
    end
  elseif mapping.rhs and mapping.expr == 1 then
    keys = vim.api.nvim_eval(mapping.rhs)
    replace = mapping.replace_keycodes == 1
  elseif mapping.rhs then
    keys = mapping.rhs
  end
  if keys and keys ~= '' then
    vim.api.nvim_feedkeys(replace and vim.keycode(keys) or keys, flags, false)
  end
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
    if not action() then
      before(mapping, key)
    end
  end, { silent = true, desc = description })
end

return M
