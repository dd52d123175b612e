--- The server: how it is started, told its settings, and started again when it dies.

local client_of = require('lstm-ls.client')
local status = require('lstm-ls.status')

local M = {}

local NAME = 'lstm-ls'
--- More deaths than this within `DEATHS_WITHIN_MS`, and it stays dead.
local MOST_DEATHS = 5
local DEATHS_WITHIN_MS = 180000

---@type integer[]
local deaths = {}
--- Settings of the server as they are now.
---@type table<string, any>
local settings = {}

--- Attaches to every buffer that had the dead client.
local function start_again()
  vim.lsp.enable(NAME)
end

---@param code integer
---@param signal integer
local function on_exit(code, signal)
  if code == 0 and signal == 0 then
    return
  end
  local now = vim.uv.now()
  deaths = vim
    .iter(deaths)
    :filter(function(death)
      return now - death < DEATHS_WITHIN_MS
    end)
    :totable()
  table.insert(deaths, now)
  vim.schedule(function()
    if vim.v.exiting ~= vim.NIL then
      return
    elseif #deaths < MOST_DEATHS then
      start_again()
    else
      vim.notify(
        ('lstm-ls: the server ended %d times in three minutes and is left alone; `:LstmLs restart` starts it, `:LstmLs log` shows what it said'):format(
          MOST_DEATHS
        ),
        vim.log.levels.ERROR
      )
    end
  end)
end

--- Starts the server for every buffer it is for.
---@param config lstm-ls.Config
---@param on_attach fun(client: vim.lsp.Client, buffer: integer)
function M.start(config, on_attach)
  settings = config.settings
  vim.lsp.config(NAME, {
    cmd = config.cmd,
    filetypes = config.filetypes,
    root_markers = { '.git', 'Cargo.toml', 'package.json', 'pyproject.toml', 'go.mod', 'Makefile' },
    init_options = settings,
    settings = { [NAME] = settings },
    on_attach = on_attach,
    on_exit = on_exit,
    handlers = {
      ['lstm-ls/statusChanged'] = function(_, _, context)
        local client = vim.lsp.get_client_by_id(context.client_id)
        for buffer in pairs(client and client.attached_buffers or {}) do
          status.refresh(buffer)
        end
      end,
    },
  })
  vim.lsp.enable(NAME)
end

--- Starts it anew, with another model or program if those have changed.
function M.restart()
  deaths = {}
  local clients = vim.lsp.get_clients({ name = NAME })
  vim.lsp.enable(NAME, false)
  -- Neovim would take the old client again as long as it is there.
  local function when_gone()
    for _, client in ipairs(clients) do
      if not client:is_stopped() then
        return vim.defer_fn(when_gone, 20)
      end
    end
    start_again()
  end
  when_gone()
end

--- The value of a setting as it is now.
---@param key string
---@return any
function M.setting(key)
  return settings[key]
end

--- Changes a setting and tells the running servers.
---@param key string
---@param value any
function M.set(key, value)
  settings[key] = value
  for _, client in ipairs(vim.lsp.get_clients({ name = NAME })) do
    client.settings = { [NAME] = settings }
    client:notify('workspace/didChangeConfiguration', { settings = client.settings })
  end
  local buffer = vim.api.nvim_get_current_buf()
  if client_of(buffer) then
    status.refresh(buffer)
  end
end

return M
