---@brief
---
--- @REPOSITORY@
---
--- Code completion by a character LSTM that runs on your own CPU: ghost text by
--- `vim.lsp.inline_completion`, and items in the popup, beside whatever other servers you use.

---@type vim.lsp.Config
return {
  cmd = { 'lstm-ls' },
  filetypes = { 'rust', 'python', 'typescript', 'typescriptreact', 'javascript', 'javascriptreact' },
  root_markers = { '.git' },
}
