--- The language client of a buffer.

local NAME = 'lstm-ls'

--- The running client of `buffer`, if it can do `method`.
---@param buffer integer
---@param method string?
---@return vim.lsp.Client?
return function(buffer, method)
  return vim.lsp.get_clients({ bufnr = buffer, name = NAME, method = method })[1]
end
