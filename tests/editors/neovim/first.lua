-- The first ghost text after an installation, with settings as they come.

local folder = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
package.path = vim.fs.joinpath(folder, '?.lua') .. ';' .. package.path
local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

person.run(function()
  person.client('textDocument/inlineCompletion')
  local ghost = person.type('GA<CR><C-u>' .. person.START, 'ghost text', shown)
  io.stdout:write('ghost text: ', ghost, '\n')
end)
