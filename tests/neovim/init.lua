-- Neovim as the README says to set it up, with the server under test.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path

vim.env.PATH = vim.fs.dirname(vim.env.LSTM_LS_SERVER) .. ':' .. vim.env.PATH
dofile(vim.fs.joinpath(folder, '../../editors/neovim/lstm-ls.lua'))
-- Generous: a slow machine is not what is tested.
vim.lsp.config('lstm-ls', { init_options = { deadlineMs = 20000 } })
