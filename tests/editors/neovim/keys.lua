-- Without ghost text, Tab is what it was before: a snippet's, another plugin's,
-- indentation. With it, next and previous turn over.

local person = require('person')
local ghost = require('lstm-ls.ghost')
local shown = require('ghost')('lstm-ls.ghost')

person.run(function()
  person.client('textDocument/inlineCompletion')
  vim.o.expandtab, vim.o.shiftwidth, vim.o.softtabstop = true, 4, 4

  ghost.enable(false)
  person.type('G0C', 'insert mode', person.typed('\n'))
  person.type('<Tab>', 'indentation', person.typed('\n    '))

  person.type('<Esc>G0C', 'insert mode', person.typed('\n'))
  vim.snippet.expand('f(${1:a}, ${2:b})')
  person.type('<Tab>', 'the next place of the snippet', function()
    return vim.snippet.active() and vim.api.nvim_get_mode().mode == 's'
      and vim.fn.col('.') > 4
  end)
  vim.snippet.stop()

  -- Mapped before `setup`, as other plugins do.
  vim.keymap.set('i', '<F5>', 'mapped')
  require('lstm-ls.keys').map('<F5>', ghost.accept, 'lstm-ls: test')
  person.type('<Esc>G0C<F5>', 'what was mapped before', person.typed('mapped'))

  ghost.enable(true)
  person.type('<Esc>G0C', 'insert mode', person.typed('\n'))
  person.type('        self.', 'what is typed', person.typed('self.'))
  -- By hand, as there are several ways to go on, none of which is sure.
  ghost.trigger()
  local first = person.wait_for('ghost text', shown)
  local second = person.type('<M-n>', 'another suggestion', function()
    local now = shown()
    return now ~= first and now
  end)
  person.type('<M-p>', 'the one before', function()
    local now = shown()
    return now and now ~= second
  end)
end)
