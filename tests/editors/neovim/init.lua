-- Neovim as the README says to set it up, with the server under test.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path
vim.opt.runtimepath:prepend(vim.fs.normalize(vim.fs.joinpath(folder, '../../../editors/neovim')))
vim.env.PATH = vim.fs.dirname(vim.env.LSTM_LS_SERVER) .. ':' .. vim.env.PATH

vim.o.termguicolors = true
require('lstm-ls').setup({
  -- Generous: a slow machine is not what is tested.
  settings = { deadlineMs = 20000 },
})
