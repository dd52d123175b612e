--- lstm-ls in Neovim: `require('lstm-ls').setup()` and nothing else.

local ghost = require('lstm-ls.ghost')

local M = {}

---@type lstm-ls.Config?
local configuration
---@type string[]
local complaints = {}

---@param config lstm-ls.Config
---@return fun(client: vim.lsp.Client, buffer: integer)
local function attach(config)
  return function(client, buffer)
    if config.ghost_text == 'own' then
      ghost.attach(buffer)
    elseif config.ghost_text == 'native' then
      vim.lsp.inline_completion.enable(true, { client_id = client.id })
    end
    if config.popup then
      vim.lsp.completion.enable(true, client.id, buffer)
    end
    require('lstm-ls.cursor').attach(buffer)
    require('lstm-ls.status').attach(buffer)
  end
end

---@param keys lstm-ls.Keys
local function map(keys)
  local actions = {
    accept = 'accept the ghost text',
    accept_word = 'accept a word of the ghost text',
    accept_line = 'accept a line of the ghost text',
    next = 'next suggestion',
    previous = 'previous suggestion',
    dismiss = 'dismiss the ghost text',
  }
  for action, description in pairs(actions) do
    require('lstm-ls.keys').map(keys[action], M[action], 'lstm-ls: ' .. description)
  end
end

--- Starts lstm-ls in every buffer it is for.
---@param options table? See |lstm-ls-setup|; what is left out has its default.
function M.setup(options)
  if vim.fn.has('nvim-0.11') == 0 then
    return vim.notify('lstm-ls needs Neovim 0.11 or newer', vim.log.levels.ERROR)
  end
  local config
  config, complaints = require('lstm-ls.config').read(options)
  if config.ghost_text == 'native' and not vim.lsp.inline_completion then
    table.insert(complaints, 'native ghost text needs Neovim 0.12; the own layer is used')
    config.ghost_text = 'own'
  end
  configuration = config
  for _, complaint in ipairs(complaints) do
    vim.notify('lstm-ls: ' .. complaint, vim.log.levels.WARN)
  end
  vim.api.nvim_set_hl(0, 'LstmLsGhostText', {
    default = true,
    link = vim.fn.hlexists('ComplHint') == 1 and 'ComplHint' or 'NonText',
  })
  map(config.keys)
  require('lstm-ls.commands').create()
  local program = require('lstm-ls.program').find(config.cmd[1])
  if not program then
    local message = 'lstm-ls: `%s` is not on the PATH; see :checkhealth lstm-ls'
    return vim.notify(message:format(config.cmd[1]), vim.log.levels.ERROR)
  end
  config.cmd = { program, unpack(config.cmd, 2) }
  ghost.enable(config.settings.enabled ~= false)
  require('lstm-ls.server').start(config, attach(config))
end

--- What `setup` made of its options, and what was wrong with them.
---@return lstm-ls.Config?
---@return string[]
function M.configuration()
  return configuration, complaints
end

--- Accepts all of the ghost text. False if there is none, so that a mapping
--- can do something else.
---@return boolean accepted
function M.accept()
  if configuration and configuration.ghost_text == 'native' then
    return vim.lsp.inline_completion.get()
  end
  return ghost.accept()
end

M.accept_word = ghost.accept_word
M.accept_line = ghost.accept_line
M.next = ghost.next
M.previous = ghost.previous
M.dismiss = ghost.dismiss
M.trigger = ghost.trigger
M.is_visible = ghost.is_visible

--- A component for 'statusline'.
---@return string
function M.statusline()
  return require('lstm-ls.status').statusline()
end

return M
