-- What another program writes is known to the next suggestion.

local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

local TYPED = '        quokka_reg'
local REST = 'istry.lookup_zebra('
-- Looks between two keys: an answer has long come by then.
local LOOKS = 40

person.run(function()
  person.client('textDocument/inlineCompletion')
  local lines = {}
  for i = 1, 40 do
    lines[#lines + 1] = ('fn f%d() {\n        quokka_reg%s%d);\n}'):format(i, REST, i)
  end
  local new = vim.fs.joinpath(vim.fs.dirname(vim.api.nvim_buf_get_name(0)), 'inside')
  -- Nobody tells Neovim of it.
  local script = 'mkdir "$1" && printf "%s" "$2" > "$1/other.rs"'
  local written = vim.system({ 'sh', '-c', script, 'sh', new, table.concat(lines, '\n') }):wait()
  assert(written.code == 0, written.stderr)

  person.type('GA', 'insert mode', person.typed('\n'))
  person.type(TYPED, 'the text', person.typed(TYPED))
  local looks = 0
  person.wait_for('the name that the other program wrote', function()
    local ghost = shown()
    if ghost and vim.startswith(ghost, REST:sub(1, 12)) then
      return ghost
    end
    looks = looks + 1
    if looks % LOOKS == 0 then
      vim.api.nvim_input('<BS>g')
    end
  end)
end)
