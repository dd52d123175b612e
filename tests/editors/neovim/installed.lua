-- Neovim with what the Debian package puts into its places, and `setup` called: neither the
-- plugin nor the server is named.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path

require('lstm-ls').setup({
  -- Generous: a slow machine is not what is tested.
  settings = { deadlineMs = 20000 },
})
