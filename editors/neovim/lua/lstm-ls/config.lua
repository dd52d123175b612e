--- What `setup` takes: defaults, checks, and the part that goes to the server.

local M = {}

--- The socket of the server that all editors share; the VS Code extension has the same.
---@return string
local function socket()
  local is_windows = vim.fn.has('win32') == 1
  local runtime = vim.env.XDG_RUNTIME_DIR
  if not is_windows and runtime and runtime ~= '' then
    return vim.fs.joinpath(runtime, 'lstm-ls')
  end
  local caches = is_windows and (vim.env.LOCALAPPDATA or '~/AppData/Local') or '~/.cache'
  local folder = vim.fs.joinpath(vim.fs.normalize(caches), 'lstm-ls')
  vim.fn.mkdir(folder, 'p', '0700')
  return vim.fs.joinpath(folder, 'socket')
end

--- Keys in insert mode; `false` maps none. Each does what it did before where
--- there is no ghost text.
---@class lstm-ls.Keys
---@field accept string|false All of the ghost text.
---@field accept_word string|false Its next word.
---@field accept_line string|false Up to the end of its line.
---@field next string|false Another suggestion.
---@field previous string|false The one before.
---@field dismiss string|false No ghost text until the text changes.

---@class lstm-ls.Config
---@field cmd string[] The server and its arguments; they end with those that say how it talks.
---@field filetypes string[]? Where the server is attached; `nil` is everywhere.
---@field ghost_text 'own'|'native'|false The plugin's own layer, Neovim's (0.12), or none.
---@field popup boolean Entries for |i_CTRL-X_CTRL-O|.
---@field keys lstm-ls.Keys
---@field settings table<string, any> Settings of the server, by the names in its documentation.

---@return lstm-ls.Config
local function defaults()
  return {
    cmd = { 'lstm-ls', 'connect', socket() },
    filetypes = nil,
    ghost_text = 'own',
    popup = true,
    keys = {
      accept = '<Tab>',
      accept_word = '<M-w>',
      accept_line = '<M-l>',
      next = '<M-n>',
      previous = '<M-p>',
      dismiss = '<C-]>',
    },
    settings = vim.empty_dict(),
  }
end

--- Says what is wrong with `value`, or nothing.
---@type table<string, fun(value: any): string?>
local checks = {
  cmd = function(value)
    local words = type(value) == 'table'
      and #value > 0
      and vim.iter(value):all(function(word)
        return type(word) == 'string'
      end)
    return not words and 'a list of words, the program first' or nil
  end,
  filetypes = function(value)
    return not vim.islist(value) and 'a list of filetypes' or nil
  end,
  ghost_text = function(value)
    local known = value == 'own' or value == 'native' or value == false
    return not known and "'own', 'native' or false" or nil
  end,
  popup = function(value)
    return type(value) ~= 'boolean' and 'true or false' or nil
  end,
  keys = function(value)
    if type(value) ~= 'table' then
      return 'a table of keys'
    end
    local known = defaults().keys
    for name, key in pairs(value) do
      if known[name] == nil then
        return ('without `%s`, which is not an action'):format(name)
      elseif key ~= false and type(key) ~= 'string' then
        return ('with a key or false for `%s`'):format(name)
      end
    end
  end,
  settings = function(value)
    return type(value) ~= 'table' and 'a table' or nil
  end,
}

--- The defaults with `options` over them. What is wrong in `options` keeps its
--- default and is named in a complaint.
---@param options table?
---@return lstm-ls.Config config
---@return string[] complaints
function M.read(options)
  local complaints = {}
  local valid = {}
  for name, value in pairs(options or {}) do
    local check = checks[name]
    local expected = check and check(value)
    if not check then
      table.insert(complaints, ('unknown option `%s` is ignored'):format(name))
    elseif expected then
      table.insert(
        complaints,
        ('option `%s` must be %s; its default applies'):format(name, expected)
      )
    else
      valid[name] = value
    end
  end
  table.sort(complaints)
  return vim.tbl_deep_extend('force', defaults(), valid), complaints
end

return M
