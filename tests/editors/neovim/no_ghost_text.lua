-- Ghost text goes when it should, and does not come when it should not.

local person = require('person')
local ghost = require('lstm-ls.ghost')
local shown = require('ghost')('lstm-ls.ghost')

person.run(function()
  local client = person.client('textDocument/inlineCompletion')

  -- Requests and cancellations from here on.
  local asked, cancelled = 0, 0
  local request, cancel = client.request, client.cancel_request
  local late
  client.request = function(self, method, params, handler, buffer)
    if method ~= 'textDocument/inlineCompletion' then
      return request(self, method, params, handler, buffer)
    end
    asked = asked + 1
    if late then
      late.answer = function()
        handler(nil, { items = { { insertText = 'stale' } } })
      end
      return true, 4711
    end
    return request(self, method, params, handler, buffer)
  end
  client.cancel_request = function(self, id)
    cancelled = cancelled + 1
    return id == 4711 or cancel(self, id)
  end

  person.type('GA', 'insert mode', person.typed('\n'))
  person.type(person.START, 'ghost text', shown)

  person.type('<C-]>', 'no ghost text', function() return not shown() end)
  person.type('<Left>', 'the cursor to move', person.typed(person.START:sub(1, -2)))
  assert(not shown(), 'ghost text that was dismissed came back')

  person.type('<Right>t', 'ghost text after another change', shown)
  person.type('<Esc>', 'normal mode', function()
    return vim.api.nvim_get_mode().mode == 'n'
  end)
  assert(not shown(), 'ghost text in normal mode')

  -- Changes outside insert mode ask for nothing.
  local before = asked
  person.type('x', 'the change', function() return vim.api.nvim_get_current_line():sub(-1) == 's' end)
  assert(asked == before, 'asked in normal mode')

  -- An answer that comes when insert mode is over.
  late = {}
  person.type('A#', 'a request', function() return late.answer end)
  local were = cancelled
  person.type('<Esc>', 'normal mode', function()
    return vim.api.nvim_get_mode().mode == 'n'
  end)
  assert(cancelled > were, 'the request was not cancelled')
  late.answer()
  assert(not shown() and not ghost.is_visible(), 'a late answer was shown in normal mode')

  -- An answer that comes when something else was typed.
  late = {}
  person.type('A+', 'a request', function() return late.answer end)
  local stale = late.answer
  late = {}
  person.type('-', 'another request', function() return late.answer end)
  stale()
  assert(not shown(), 'a late answer was shown behind other text')
  late.answer()
  assert(shown() == 'stale', 'an answer in time was not shown')
end)
