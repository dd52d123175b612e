-- lstm-ls in Neovim 0.12 or newer: put this into your init.lua.

vim.lsp.config('lstm-ls', {
  cmd = { 'lstm-ls' },
  filetypes = { 'rust' },
})
vim.lsp.enable('lstm-ls')

-- Ghost text. Tab accepts it, and is a plain Tab where there is none.
vim.lsp.inline_completion.enable()
vim.keymap.set('i', '<Tab>', function()
  if not vim.lsp.inline_completion.get() then
    return '<Tab>'
  end
end, { expr = true, desc = 'Accept the ghost text' })

-- Popup, with CTRL-X CTRL-O.
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    vim.lsp.completion.enable(true, event.data.client_id, event.buf)
  end,
})
