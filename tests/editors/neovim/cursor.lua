-- The server is told where the cursor has come to rest, once a move, and not
-- while the typist types.

local person = require('person')

person.run(function()
  local client = person.client('textDocument/inlineCompletion')
  local told = {}
  local notify = client.notify
  client.notify = function(self, method, params)
    if method == 'lstm-ls/cursorMoved' then
      table.insert(told, params.position.line)
    end
    return notify(self, method, params)
  end
  local function rests_in(line)
    return function()
      return told[#told] == line
    end
  end

  person.type('ggjjj', 'the third line', rests_in(3))
  person.type('k', 'the second line', rests_in(2))
  assert(#told == 2, ('told of %s'):format(vim.inspect(told)))

  person.type('Gofn', 'a new line', person.typed('fn'))
  local typed_at = vim.uv.now()
  person.wait_for('a while', function()
    return vim.uv.now() - typed_at > 200
  end)
  assert(#told == 2, ('told of %s'):format(vim.inspect(told)))
  person.type('<Esc>', 'the last line', rests_in(vim.api.nvim_buf_line_count(0) - 1))
end)
