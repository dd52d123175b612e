--- The ghost text: asked for after every change in insert mode, shown in the
--- frame in which the answer arrives, kept while the user types along it.
---
--- An answer is shown only if text and cursor are still those it was asked for,
--- so nothing stale ever stands on the screen. At most one request is under way.

local client_of = require('lstm-ls.client')

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local INVOKED, AUTOMATIC = 1, 2

local namespace = vim.api.nvim_create_namespace('lstm-ls.ghost')

--- One suggestion: `text` replaces what stands from `row`, `column` to the cursor.
---@class lstm-ls.Item
---@field text string
---@field row integer 0-based.
---@field column integer In bytes.
---@field sent lsp.InlineCompletionItem As the server sent it.

--- What is on the screen.
---@class lstm-ls.Shown
---@field buffer integer
---@field client integer
---@field items lstm-ls.Item[]
---@field index integer
---@field rest string What of the current item is not typed yet.
---@field invoked boolean Whether all alternatives are there.

---@type lstm-ls.Shown?
local shown
---@type { client: integer, id: integer }?
local request
--- Place for which everything is done: no event asks twice for the same.
---@type string?
local handled
--- Where the user wants no ghost text until the text changes.
---@type integer?
local dismissed_at
local enabled = true

--- Microseconds from the last request to its answer on the screen.
---@type integer?
M.last_micros = nil

---@return integer row 0-based.
---@return integer column In bytes.
local function cursor()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  return row - 1, column
end

--- Text and cursor in one word.
local function place()
  local row, column = cursor()
  return ('%d:%d:%d:%d'):format(
    vim.api.nvim_get_current_buf(),
    vim.api.nvim_buf_get_changedtick(0),
    row,
    column
  )
end

local function inserting()
  return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
end

--- Whether an entry of the popup menu is selected, which may be inserted at any time.
local function popup_selected()
  return vim.fn.pumvisible() == 1 and vim.fn.complete_info({ 'selected' }).selected ~= -1
end

--- What of `item` is not typed yet, or nil if something else was typed.
---@param item lstm-ls.Item
---@return string?
local function rest_of(item)
  local row, column = cursor()
  if row < item.row or (row == item.row and column < item.column) then
    return nil
  end
  local ok, lines = pcall(vim.api.nvim_buf_get_text, 0, item.row, item.column, row, column, {})
  local typed = ok and table.concat(lines, '\n') or nil
  if not typed or #typed >= #item.text or not vim.startswith(item.text, typed) then
    return nil
  end
  return item.text:sub(#typed + 1)
end

local function erase()
  if shown and vim.api.nvim_buf_is_valid(shown.buffer) then
    vim.api.nvim_buf_clear_namespace(shown.buffer, namespace, 0, -1)
  end
end

local function hide()
  erase()
  shown = nil
end

local function draw()
  erase()
  if not shown or shown.rest == '' then
    return
  end
  local lines = vim.split(shown.rest, '\n', { plain = true })
  local row, column = cursor()
  vim.api.nvim_buf_set_extmark(shown.buffer, namespace, row, column, {
    virt_text = { { lines[1], 'LstmLsGhostText' } },
    virt_text_pos = 'inline',
    virt_lines = vim
      .iter({ unpack(lines, 2) })
      :map(function(line)
        return { { line, 'LstmLsGhostText' } }
      end)
      :totable(),
  })
end

--- Tells the server what became of the item on the screen, for its statistics.
---@param method string
---@param accepted_length integer? UTF-16 units of the item's text.
local function tell(method, accepted_length)
  local client = shown and vim.lsp.get_client_by_id(shown.client)
  if client and shown then
    local item = shown.items[shown.index].sent
    client:notify(method, { item = item, acceptedLength = accepted_length })
  end
end

--- Shows the item `index`, or nothing if it does not fit what was typed.
---@param next_shown lstm-ls.Shown
---@param index integer
local function show(next_shown, index)
  erase()
  local rest = rest_of(next_shown.items[index])
  if not rest then
    shown = nil
    return
  end
  shown = next_shown
  shown.index, shown.rest = index, rest
  draw()
  tell('textDocument/didShowCompletion')
end

local function cancel()
  local client = request and vim.lsp.get_client_by_id(request.client)
  if client and request then
    client:cancel_request(request.id)
  end
  request = nil
end

--- Items of an answer, with byte columns.
---@param result lsp.InlineCompletionList|lsp.InlineCompletionItem[]?
---@param client vim.lsp.Client
---@return lstm-ls.Item[]
local function items_of(result, client)
  local row, column = cursor()
  local line = vim.api.nvim_get_current_line()
  return vim
    .iter(result and (result.items or result) or {})
    :map(function(item)
      local start = item.range and item.range.start
      return {
        text = type(item.insertText) == 'table' and item.insertText.value or item.insertText,
        row = start and start.line or row,
        column = start and vim.str_byteindex(line, client.offset_encoding, start.character, false)
          or column,
        sent = item,
      }
    end)
    :totable()
end

--- Asks for ghost text at the cursor; `answered` gets what there is.
---@param kind integer
---@param answered fun(next_shown: lstm-ls.Shown)
local function ask(kind, answered)
  cancel()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer, METHOD)
  if not client then
    return
  end
  local asked_at, started = place(), vim.uv.hrtime()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = kind }
  local id
  local sent
  sent, id = client:request(METHOD, params, function(err, result)
    if request and request.id == id then
      request = nil
    end
    if err or not enabled or not inserting() or place() ~= asked_at or popup_selected() then
      return
    end
    local items = items_of(result, client)
    if #items > 0 then
      answered({
        buffer = buffer,
        client = client.id,
        items = items,
        index = 1,
        rest = '',
        invoked = kind == INVOKED,
      })
      -- Now, and not when Neovim is done with whatever else is waiting.
      vim.cmd.redraw()
    end
    M.last_micros = math.floor((vim.uv.hrtime() - started) / 1000)
  end, buffer)
  request = sent and id and { client = client.id, id = id } or nil
end

--- Text or cursor may have changed.
local function changed()
  local now = place()
  if now == handled then
    return
  end
  handled = now
  if not enabled or not inserting() then
    return
  end
  if popup_selected() then
    cancel()
    return hide()
  end
  if shown and shown.buffer == vim.api.nvim_get_current_buf() then
    local rest = rest_of(shown.items[shown.index])
    if rest then
      shown.rest = rest
      return draw()
    end
  end
  hide()
  if dismissed_at ~= vim.api.nvim_buf_get_changedtick(0) then
    dismissed_at = nil
    ask(AUTOMATIC, function(next_shown)
      show(next_shown, 1)
    end)
  end
end

--- Nothing is shown or asked for any more.
local function leave()
  cancel()
  hide()
  handled = nil
end

--- Listens to `buffer`.
---@param buffer integer
function M.attach(buffer)
  local group = vim.api.nvim_create_augroup('lstm-ls.ghost.' .. buffer, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buffer, callback = callback })
  end
  on({ 'TextChangedI', 'TextChangedP', 'CursorMovedI', 'InsertEnter', 'CompleteChanged' }, changed)
  on({ 'InsertLeave', 'BufLeave', 'BufUnload' }, leave)
  -- The user may have been typing while the server started.
  if buffer == vim.api.nvim_get_current_buf() then
    handled = nil
    changed()
  end
end

--- Whether there is ghost text on the screen.
---@return boolean
function M.is_visible()
  return shown ~= nil and shown.rest ~= ''
end

--- The ghost text on the screen.
---@return string?
function M.text()
  return shown and shown.rest or nil
end

--- Turns the layer off or on.
---@param on boolean
function M.enable(on)
  enabled = on
  if not on then
    leave()
  elseif inserting() then
    handled = nil
    changed()
  end
end

--- Inserts `text`, the start of the rest, and goes behind it.
---@param text string
local function insert(text)
  local current = assert(shown)
  local item = current.items[current.index]
  local row, column = cursor()
  -- An undo of its own.
  vim.bo.undolevels = vim.bo.undolevels
  local lines = vim.split(text, '\n', { plain = true })
  erase()
  vim.api.nvim_buf_set_text(0, row, column, row, column, lines)
  local last = #lines == 1 and column + #lines[1] or #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { row + #lines, last })
  local rest = current.rest:sub(#text + 1)
  if rest ~= '' then
    current.rest = rest
    handled = place()
    local accepted = #item.text - #rest
    tell(
      'textDocument/didPartiallyAcceptCompletion',
      vim.str_utfindex(item.text, 'utf-16', accepted, false)
    )
    return draw()
  end
  shown = nil
  local client = vim.lsp.get_client_by_id(current.client)
  if client and item.sent.command then
    client:exec_cmd(item.sent.command, { bufnr = current.buffer })
  end
end

--- Accepts what `part` takes of the ghost text. False if there is none.
---@param part fun(rest: string): string
---@return boolean
local function accept(part)
  if not M.is_visible() then
    return false
  end
  local current = assert(shown)
  local text = part(current.rest)
  if text == '' then
    text = current.rest
  end
  cancel()
  -- Now, so that what is typed next comes behind it. Where text is locked, as
  -- in a mapping that returns keys, as soon as it is not.
  if not pcall(insert, text) then
    vim.schedule(function()
      if shown == current and vim.startswith(current.rest, text) then
        insert(text)
      end
    end)
  end
  return true
end

--- Accepts all of it.
---@return boolean accepted
function M.accept()
  return accept(function(rest)
    return rest
  end)
end

--- Accepts the next word, with the blanks before it.
---@return boolean accepted
function M.accept_word()
  return accept(function(rest)
    return vim.fn.matchstr(rest, [[^\_s*\%(\k\+\|\%(\k\@!\S\)\+\)]])
  end)
end

--- Accepts up to the end of the line, or the next line.
---@return boolean accepted
function M.accept_line()
  return accept(function(rest)
    return rest:match('^\n?[^\n]*')
  end)
end

--- Shows the suggestion `step` further, asking for all of them first.
---@param step integer
---@return boolean done False where there is no ghost text.
local function turn(step)
  if not M.is_visible() then
    return false
  end
  local current = assert(shown)
  local function further(all)
    show(all, (all.index - 1 + step) % #all.items + 1)
  end
  if current.invoked then
    further(current)
  else
    ask(INVOKED, further)
  end
  return true
end

---@return boolean done
function M.next()
  return turn(1)
end

---@return boolean done
function M.previous()
  return turn(-1)
end

--- Takes the ghost text away until the text changes.
---@return boolean done
function M.dismiss()
  if not M.is_visible() then
    return false
  end
  dismissed_at = vim.api.nvim_buf_get_changedtick(0)
  cancel()
  tell('lstm-ls/dismissed')
  hide()
  return true
end

--- Asks by hand, wherever the cursor is in insert mode.
function M.trigger()
  dismissed_at = nil
  ask(INVOKED, function(next_shown)
    show(next_shown, 1)
  end)
end

return M
