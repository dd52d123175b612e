--- What the server says about itself, and the statusline component made of it.

local client_of = require('lstm-ls.client')
local ghost = require('lstm-ls.ghost')

local M = {}

--- The answer to `lstm-ls/status`; older servers leave it or fields of it out.
---@class lstm-ls.Status
---@field version string?
---@field languages string[]?
---@field model { name: string, path: string?, embedded: boolean? }?
---@field enabled boolean?
---@field state 'ready'|'loading'|'memory only'|'failed'|'off'|nil
---@field workspace { reading: boolean, percent: integer }?
---@field lastLatencyMicros integer?
---@field lastReason { code: string, message: string }?

---@type table<integer, lstm-ls.Status>
local by_buffer = {}

--- `value` without null, which Lua would take for something.
---@param value any
---@return any
local function without_null(value)
  if value == vim.NIL then
    return nil
  end
  return type(value) == 'table' and vim.tbl_map(without_null, value) or value
end

--- Asks for the state of `buffer`; `answered` is called with it, or with nil.
---@param buffer integer
---@param answered fun(status: lstm-ls.Status?)?
function M.refresh(buffer, answered)
  local client = client_of(buffer)
  if not client then
    by_buffer[buffer] = nil
    return answered and answered(nil)
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  client:request('lstm-ls/status', params, function(err, status)
    -- A server that does not know the request has no state to tell.
    by_buffer[buffer] = not err and without_null(status) or nil
    if answered then
      answered(by_buffer[buffer])
    end
    vim.cmd.redrawstatus()
  end, buffer)
end

--- Keeps the state of `buffer` fresh.
---@param buffer integer
function M.attach(buffer)
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave' }, {
    group = vim.api.nvim_create_augroup('lstm-ls.status.' .. buffer, {}),
    buffer = buffer,
    callback = function()
      M.refresh(buffer)
    end,
  })
  M.refresh(buffer)
end

--- One word and, while it works, the last latency: for 'statusline'.
---@return string
function M.statusline()
  local buffer = vim.api.nvim_get_current_buf()
  if not client_of(buffer) then
    return ''
  end
  local status = by_buffer[buffer]
  local state = status and status.state
  if state == 'loading' or state == 'failed' or state == 'off' then
    return 'lstm-ls: ' .. state
  end
  local workspace = status and status.workspace
  if workspace and workspace.reading then
    return ('lstm-ls: indexing %d %%'):format(workspace.percent)
  end
  return ghost.last_micros and ('lstm-ls %.1f ms'):format(ghost.last_micros / 1000) or 'lstm-ls'
end

return M
