--- Tells the server where the cursor has come to rest outside insert mode, so
--- that it has read the text before that place when something is typed there.

local client_of = require('lstm-ls.client')

local M = {}

--- Milliseconds without a move.
local REST = 50

---@type uv.uv_timer_t?
local timer

--- Tells of the cursor in `buffer`, if it still is there. In insert mode every
--- key asks by itself.
---@param buffer integer
local function tell(buffer)
  local client = client_of(buffer)
  local inserting = vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
  if client and not inserting and buffer == vim.api.nvim_get_current_buf() then
    local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
    client:notify('lstm-ls/cursorMoved', params)
  end
end

--- Watches the cursor in `buffer`.
---@param buffer integer
function M.attach(buffer)
  vim.api.nvim_create_autocmd({ 'CursorMoved', 'BufEnter' }, {
    group = vim.api.nvim_create_augroup('lstm-ls.cursor.' .. buffer, {}),
    buffer = buffer,
    callback = function()
      timer = timer or vim.uv.new_timer()
      if timer then
        timer:start(
          REST,
          0,
          vim.schedule_wrap(function()
            tell(buffer)
          end)
        )
      end
    end,
  })
  tell(buffer)
end

return M
