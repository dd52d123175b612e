-- Neovim as a user would set it up for lstm-ls, and nothing else.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path

vim.lsp.config('lstm-ls', {
  cmd = { vim.env.LSTM_LS_SERVER },
  filetypes = { 'rust' },
  -- Generous: a slow machine is not what is tested.
  init_options = { deadlineMs = 10000 },
})
vim.lsp.enable('lstm-ls')
vim.lsp.inline_completion.enable()
