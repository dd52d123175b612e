-- Ghost text comes up while typing, stays while it is typed along, and goes in
-- as it was shown: all of it, a word, a line.

local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

local START = person.START

-- A new line with `START` typed into it; the ghost text behind it.
local function start()
  person.type('<Esc>G0C', 'insert mode', person.typed('\n'))
  local ghost = person.type(START, 'ghost text', shown)
  assert(person.typed(START)(), 'the ghost text came before the text it belongs to')
  return ghost
end

person.run(function()
  person.client('textDocument/inlineCompletion')

  local ghost = start()
  local before, behind = person.around_cursor()

  -- Typed along: the rest stands there at once, without another request.
  local first, rest = ghost:sub(1, 1), ghost:sub(2)
  person.type(first, 'the rest', function()
    return person.typed(START .. first)() and shown() == rest
  end)

  -- Something else than what was shown.
  person.type('#', 'other ghost text or none', function()
    local now = shown()
    return person.typed('#')() and now ~= rest and now ~= rest:sub(2)
  end)

  ghost = start()
  person.type('<Tab>', 'all of it', person.typed(START .. ghost))
  local expected = before .. ghost .. behind
  assert(person.text() == expected, ('shown and inserted differ:\n%s\n---\n%s'):format(expected, person.text()))

  ghost = start()
  person.type('<M-w>', 'a word', function()
    local now = person.around_cursor()
    return now ~= before
  end)
  local word = person.around_cursor():sub(#before + 1)
  assert(vim.startswith(ghost, word) and #word < #ghost, 'not a word of it: ' .. word)
  assert(shown() == ghost:sub(#word + 1), 'the rest is gone')

  ghost = start()
  person.type('<M-l>', 'a line', person.typed(START .. ghost:match('^[^\n]*')))
end)
