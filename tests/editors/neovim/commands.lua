-- `:LstmLs`, the statusline, :checkhealth, and a server that dies.

local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

local told = {}
vim.notify = function(message)
  table.insert(told, message)
end

local function says(pattern)
  return person.wait_for('a message like ' .. pattern, function()
    return vim.iter(told):find(function(message) return message:find(pattern) end)
  end)
end

local function ghost_again()
  person.type('<Esc>G0C', 'insert mode', person.typed('\n'))
  return person.type(person.START, 'ghost text', shown)
end

person.run(function()
  -- An empty Lua table is a list in JSON, and settings are no list.
  for _, options in ipairs({ {}, { settings = {} } }) do
    local settings = require('lstm-ls.config').read(options).settings
    assert(vim.json.encode(settings) == '{}', vim.json.encode(settings))
  end

  local client = person.client('textDocument/inlineCompletion')
  ghost_again()
  person.wait_for('the latency', function()
    return require('lstm-ls').statusline():find('^lstm%-ls %d+%.%d ms$')
  end)

  vim.cmd('LstmLs toggle')
  assert(not shown(), 'ghost text though it is off')
  says('lstm%-ls: off')
  vim.cmd('LstmLs toggle')
  says('lstm%-ls: on')
  ghost_again()

  person.type('<Esc>', 'normal mode', function() return vim.api.nvim_get_mode().mode == 'n' end)
  vim.cmd('LstmLs toggle rust')
  says('off for rust')
  person.wait_for('the statusline to say so', function()
    return require('lstm-ls').statusline() == 'lstm-ls: off'
  end)
  vim.cmd('LstmLs why')
  says('nothing was shown: `rust` is one of the')
  vim.cmd('LstmLs toggle .')
  says('on for rust')
  ghost_again()

  vim.cmd('LstmLs eagerness 2')
  says('a number from 0 to 1')
  vim.cmd('LstmLs eagerness 0.25')
  vim.cmd('LstmLs eagerness')
  says('eagerness 0.25')
  vim.cmd('LstmLs why')
  says('answered with a suggestion')
  person.type('<Esc>G0C// zq', 'nothing to be worth a look', function()
    vim.cmd('LstmLs why')
    return vim.iter(told):find(function(message) return message:find('chance of %d+ %%') end)
  end)
  person.type('<Esc>', 'normal mode', function() return vim.api.nvim_get_mode().mode == 'n' end)

  vim.cmd('LstmLs model')
  says('rust')
  vim.cmd('LstmLs nonsense')
  says('`nonsense` is not a command')
  assert(vim.deep_equal(vim.fn.getcompletion('LstmLs re', 'cmdline'), { 'restart' }))

  -- Killed, as by the system when memory is short.
  for _, child in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
    vim.uv.kill(child, 'sigkill')
  end
  person.wait_for('another client', function()
    local now = vim.lsp.get_clients({ bufnr = 0, name = 'lstm-ls' })[1]
    return now and now.id ~= client.id and now.initialized
  end)
  ghost_again()

  local id = vim.lsp.get_clients({ bufnr = 0, name = 'lstm-ls' })[1].id
  vim.cmd('LstmLs restart')
  person.wait_for('yet another client', function()
    local now = vim.lsp.get_clients({ bufnr = 0, name = 'lstm-ls' })[1]
    return now and now.id ~= id and now.initialized
  end)

  person.type('<Esc>', 'normal mode', function() return vim.api.nvim_get_mode().mode == 'n' end)
  vim.cmd('checkhealth lstm-ls')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(report:find('OK') and not report:find('ERROR') and not report:find('WARNING'), report)
end)
