-- A typist in front of Neovim: types, looks, waits until something is there.
-- A script is a coroutine, so that Neovim goes on between its steps.

local M = {}

-- Shorter than the limit of the test that runs Neovim, so that the failure
-- says what was waited for.
local LIMIT_MS = 25000
local LOOK_MS = 20

-- What to type on a new line of sales.rs: the rest of the line is sure by then.
M.START = '        report.add_row("cus'

-- Runs `script` and ends Neovim, with an error if the script has one.
function M.run(script)
  local function fail(message)
    io.stderr:write(message, '\n')
    -- A terminal takes its screen away with the program.
    local log = vim.env.LSTM_LS_TEST_RESULTS and io.open(vim.env.LSTM_LS_TEST_RESULTS .. '/failed.txt', 'w')
    if log then
      log:write(message, '\n')
      log:close()
    end
    vim.cmd('cquit 1')
  end
  local thread = coroutine.create(script)
  local started = vim.uv.now()
  local function step()
    local alive, waiting_for, looks_right = coroutine.resume(thread)
    if not alive then
      return fail(debug.traceback(thread, waiting_for))
    end
    if coroutine.status(thread) == 'dead' then
      return vim.cmd('qall!')
    end
    local function look()
      local ok, seen = pcall(looks_right)
      if not ok then
        fail(('waiting for %s: %s'):format(waiting_for, seen))
      elseif seen then
        step()
      elseif vim.uv.now() - started > LIMIT_MS then
        fail(('waited in vain for %s; the buffer:\n%s'):format(waiting_for, M.text()))
      else
        vim.defer_fn(look, LOOK_MS)
      end
    end
    vim.defer_fn(look, LOOK_MS)
  end
  step()
end

-- Waits until `looks_right()` is true (or a value) and returns that.
function M.wait_for(what, looks_right)
  local result
  coroutine.yield(what, function()
    result = looks_right()
    return result
  end)
  return result
end

-- Types `keys` (`<Esc>` and the like are keys) and waits until they are done:
-- the mode or the text tells, so the caller says what to see.
function M.type(keys, what, looks_right)
  vim.api.nvim_input(keys)
  return M.wait_for(what, looks_right)
end

-- The text of the buffer.
function M.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

-- The text before and behind the cursor.
function M.around_cursor()
  local line, column = unpack(vim.api.nvim_win_get_cursor(0))
  local before = vim.api.nvim_buf_get_text(0, 0, 0, line - 1, column, {})
  local behind = vim.api.nvim_buf_get_text(0, line - 1, column, -1, -1, {})
  return table.concat(before, '\n'), table.concat(behind, '\n')
end

-- Whether `wanted` is before the cursor, in insert mode.
function M.typed(wanted)
  return function()
    return vim.api.nvim_get_mode().mode:sub(1, 1) == 'i' and vim.endswith(M.around_cursor(), wanted)
  end
end

-- Waits until the server is attached and can do `method`.
function M.client(method)
  return M.wait_for('a client with ' .. method, function()
    return vim.lsp.get_clients({ bufnr = 0, name = 'lstm-ls', method = method })[1]
  end)
end

return M
