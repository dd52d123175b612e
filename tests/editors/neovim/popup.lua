-- The popup menu lists what the server suggests; choosing an entry inserts it.

local person = require('person')

person.run(function()
  local client = person.client('textDocument/completion')

  person.type('GA', 'insert mode', person.typed('\n'))
  -- Several ways to go on: a single entry would be inserted without a popup.
  person.type('        self.', 'the typed text', person.typed('self.'))
  local before, behind = person.around_cursor()

  person.type('<C-x><C-o>', 'the popup', function()
    return vim.fn.pumvisible() == 1
  end)
  local items = vim.fn.complete_info({ 'items' }).items
  assert(#items > 0, 'an empty popup')
  for _, item in ipairs(items) do
    assert(item.abbr ~= '', 'an entry without a label: ' .. vim.inspect(item))
    local from = vim.tbl_get(item, 'user_data', 'nvim', 'lsp', 'client_id')
    assert(from == client.id, 'an entry of another source: ' .. vim.inspect(item))
  end

  -- Chosen without being inserted, whatever 'completeopt' says, then accepted.
  local selected = function()
    return vim.fn.complete_info({ 'selected' }).selected == 0
  end
  if not selected() then
    person.type('<Down>', 'a chosen entry', selected)
  end
  person.type('<C-y>', 'the entry to be inserted', function()
    return vim.fn.pumvisible() == 0 and person.text() ~= before .. behind
  end)
  local now_before, now_behind = person.around_cursor()
  assert(vim.startswith(now_before, before), 'what was typed is gone: ' .. now_before)
  assert(#now_before > #before and now_behind == behind, 'nothing was inserted: ' .. person.text())
end)
