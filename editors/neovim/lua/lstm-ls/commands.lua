--- `:LstmLs` and what it does.

local client_of = require('lstm-ls.client')
local ghost = require('lstm-ls.ghost')
local server = require('lstm-ls.server')
local status = require('lstm-ls.status')

local M = {}

---@param message string
---@param level integer?
local function say(message, level)
  vim.notify('lstm-ls: ' .. message, level or vim.log.levels.INFO)
end

local subcommands = {}

--- Everywhere, or for the filetype that is named (`.` is the buffer's own).
function subcommands.toggle(filetype)
  if not filetype then
    local on = server.setting('enabled') == false
    server.set('enabled', on)
    ghost.enable(on)
    return say(on and 'on' or 'off')
  end
  local language = filetype == '.' and vim.bo.filetype or filetype
  local disabled = vim.deepcopy(server.setting('disabledLanguages') or {})
  local at = vim.fn.index(disabled, language)
  if at >= 0 then
    table.remove(disabled, at + 1)
  else
    table.insert(disabled, language)
  end
  server.set('disabledLanguages', disabled)
  say((at >= 0 and 'on for %s' or 'off for %s'):format(language))
end

function subcommands.why()
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then
    return say('no server is attached to this buffer; see :checkhealth lstm-ls')
  end
  local params = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  client:request('lstm-ls/explain', params, function(err, reason)
    if err then
      say(err.message, vim.log.levels.ERROR)
    elseif reason and reason ~= vim.NIL then
      say('nothing was shown: ' .. reason.message)
    else
      say('the last request was answered with a suggestion')
    end
  end, buffer)
end

--- Shows how readily ghost text is shown, or sets it, from 0 to 1.
function subcommands.eagerness(value)
  if not value then
    return say(('eagerness %s'):format(server.setting('eagerness') or 0.5))
  end
  local number = tonumber(value)
  if not number or number < 0 or number > 1 then
    return say('eagerness is a number from 0 to 1', vim.log.levels.ERROR)
  end
  server.set('eagerness', number)
end

function subcommands.stats()
  local client = client_of(0)
  local program = client and client.config.cmd[1] or require('lstm-ls.program').find('lstm-ls')
  if not program then
    return say('there is no lstm-ls on the PATH', vim.log.levels.ERROR)
  end
  vim.system({ program, 'stats' }, { text = true }, function(result)
    vim.schedule(function()
      if result.code ~= 0 then
        return say('this server keeps no statistics', vim.log.levels.ERROR)
      end
      vim.cmd.new()
      vim.bo.buftype, vim.bo.bufhidden, vim.bo.swapfile = 'nofile', 'wipe', false
      vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(vim.trim(result.stdout), '\n'))
      vim.bo.modifiable = false
    end)
  end)
end

--- Shows the model, or takes the one at `path`; `default` is the installed one.
function subcommands.model(path)
  if path then
    server.set('model', path ~= 'default' and vim.fs.abspath(path) or vim.NIL)
    return
  end
  status.refresh(vim.api.nvim_get_current_buf(), function(now)
    local model = now and now.model
    local from = model and (model.path or 'inside the server')
    say(
      model and ('%s, %s'):format(model.name, from)
        or 'no model for this buffer; suggestions come from the workspace alone'
    )
  end)
end

function subcommands.restart()
  server.restart()
end

function subcommands.log()
  vim.cmd.tabnew(vim.fn.fnameescape(vim.lsp.log.get_filename()))
end

--- Entries for the word that is being typed on the command line.
---@param lead string
---@param line string
---@return string[]
local function complete(lead, line)
  local words = vim.split(line, '%s+', { trimempty = true })
  if #words > 2 or (#words == 2 and lead == '') then
    return words[2] == 'model' and vim.fn.getcompletion(lead, 'file')
      or words[2] == 'toggle' and vim.fn.getcompletion(lead, 'filetype')
      or {}
  end
  local names = vim.tbl_keys(subcommands)
  table.sort(names)
  return vim
    .iter(names)
    :filter(function(name)
      return vim.startswith(name, lead)
    end)
    :totable()
end

--- Creates the command.
function M.create()
  vim.api.nvim_create_user_command('LstmLs', function(call)
    local name, argument = unpack(call.fargs)
    local run = subcommands[name or 'why']
    if not run then
      return say(('`%s` is not a command of :LstmLs'):format(name), vim.log.levels.ERROR)
    end
    run(argument)
  end, { nargs = '*', complete = complete, desc = 'lstm-ls' })
end

return M
