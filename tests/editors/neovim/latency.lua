-- Keystroke to ghost text on the screen, as Neovim sees it: from the moment a
-- key is taken out of the input to the end of the redraw that first has ghost
-- text. Only keys that asked for it count; text that is typed along stands
-- there already.

local person = require('person')
local shown = require('ghost')('lstm-ls.ghost')

local SAMPLES = 100
local pressed
local took = {}
vim.on_key(function()
  pressed = not shown() and vim.uv.hrtime() or nil
end)
vim.api.nvim_set_decoration_provider(vim.api.nvim_create_namespace('test.latency'), {
  on_end = function()
    if pressed and shown() then
      table.insert(took, (vim.uv.hrtime() - pressed) / 1e6)
      pressed = nil
    end
  end,
})

person.run(function()
  person.client('textDocument/inlineCompletion')
  person.type('GA', 'insert mode', person.typed(''))
  -- Warm: the first request reads the text before the cursor.
  person.type('<CR>' .. person.START, 'ghost text', shown)
  while #took < SAMPLES do
    -- A different line each time, so that the server has no state for it yet.
    local text = ('        let row%d = report.add_row("customers", self.'):format(#took)
    person.type('<Esc>0C', 'an empty line', person.typed('\n'))
    for at = 1, #text do
      person.type(text:sub(at, at), 'the key', person.typed(text:sub(1, at)))
      if shown() then
        break
      end
    end
  end
  table.sort(took)
  local function at(share)
    return math.floor(took[math.min(#took, math.floor(share * #took) + 1)] * 100 + 0.5) / 100
  end
  local file = assert(io.open(vim.env.LSTM_LS_TEST_RESULTS .. '/neovim-latency.json', 'w'))
  file:write(vim.json.encode({ samples = #took, p50 = at(0.5), p95 = at(0.95) }), '\n')
  file:close()
end)
