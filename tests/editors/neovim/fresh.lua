-- A new file, with nothing to remember: something comes while `LSTM_LS_TEST_TYPED` is typed.

local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

-- How long a typist looks up after a word.
local LOOK_MS = 250

person.run(function()
  person.client('textDocument/inlineCompletion')
  -- What is typed has its own indentation.
  vim.bo.autoindent, vim.bo.cindent, vim.bo.smartindent, vim.bo.indentexpr = false, false, false, ''
  vim.bo.formatoptions = ''
  person.type('i', 'insert mode', person.typed(''))
  local bytes = 0
  for word in vim.env.LSTM_LS_TEST_TYPED:gmatch('%w*%W') do
    bytes = bytes + #word
    local keys = word:gsub('<', '<lt>'):gsub('\n', '<CR>')
    person.type(keys, 'what was typed', person.typed(word))
    local patience = vim.uv.now() + LOOK_MS
    local ghost = person.wait_for('ghost text', function()
      return shown() or (vim.uv.now() > patience and 'none')
    end)
    if ghost ~= 'none' then
      io.stdout:write(('after %d bytes: %s\n'):format(bytes, ghost))
      return
    end
  end
  error('nothing was suggested in ' .. person.text())
end)
