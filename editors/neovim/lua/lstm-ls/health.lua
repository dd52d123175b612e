--- `:checkhealth lstm-ls`

local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error('Neovim 0.11 or newer is needed')
  else
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  end
end

---@param config lstm-ls.Config
local function check_server(config)
  local program = require('lstm-ls.program').find(config.cmd[1])
  if not program then
    vim.health.error(config.cmd[1] .. ' is not a program on the PATH', {
      'folders of the PATH that are relative, or lie in the folder you work in, do not count',
      'install the server: cargo install --path crates/lstm-ls --locked',
      'or name it: require("lstm-ls").setup({ cmd = { "/path/to/lstm-ls" } })',
    })
    return
  end
  local result = vim.system({ program, '--version' }, { text = true }):wait(5000)
  if result.code == 0 then
    vim.health.ok(('%s: %s'):format(program, vim.trim(result.stdout)))
  else
    vim.health.error(program .. ' does not run', vim.trim(result.stderr or ''))
  end
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'lstm-ls' })
  if #clients == 0 then
    vim.health.info('no buffer uses it now')
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    vim.health.ok(('client %d serves %d buffers'):format(client.id, buffers))
    if not client:supports_method('textDocument/inlineCompletion') then
      vim.health.error('this server has no inline completion; install a newer one')
    end
  end
end

---@param config lstm-ls.Config
local function check_keys(config)
  for action, key in pairs(config.keys) do
    local mapping = key and vim.fn.maparg(key, 'i', false, true) or {}
    if key and not vim.startswith(mapping.desc or '', 'lstm-ls') then
      vim.health.warn(('%s (%s) is mapped to something else'):format(key, action), {
        ('set it to another key, or map it to require("lstm-ls").%s()'):format(action),
      })
    end
  end
end

function M.check()
  vim.health.start('lstm-ls')
  check_neovim()
  local config, complaints = require('lstm-ls').configuration()
  if not config then
    vim.health.warn('require("lstm-ls").setup() was not called')
    return
  end
  for _, complaint in ipairs(complaints) do
    vim.health.error(complaint)
  end
  check_server(config)
  check_clients()
  check_keys(config)
end

return M
