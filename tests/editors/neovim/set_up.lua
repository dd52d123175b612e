-- Neovim as `lstm-ls setup neovim` leaves it, with no line in init.lua.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path
local person = require('person')

person.run(function()
  local client = person.client('textDocument/inlineCompletion')
  local program = client.config.cmd[1]
  assert(program == vim.env.LSTM_LS_SERVER, 'another program is started: ' .. program)
  vim.cmd('LstmLs eagerness')
  vim.cmd('help lstm-ls-setup')
  assert(vim.api.nvim_get_current_line():find('%*lstm%-ls%-setup%*'), 'no help')
end)
