--- Where the program lies that a name stands for.

local M = {}

---@param path string
---@return string
local function real(path)
  return vim.fs.normalize(vim.uv.fs_realpath(path) or path)
end

---@param inner string
---@param outer string
---@return boolean
local function is_within(inner, outer)
  inner, outer = real(inner), real(outer)
  return inner == outer or vim.startswith(inner, outer == '/' and '/' or outer .. '/')
end

---@param path string
---@return boolean
local function is_absolute(path)
  return vim.startswith(path, '/') or path:match('^%a:[/\\]') ~= nil
end

--- The folders of the PATH whose programs may be started. A relative one is another in
--- every folder, and one in the folder that Neovim works in is the repository's; where
--- that folder holds the user's home, it is the user's own.
---@param path string
---@param workspace string
---@param home string
---@return string[]
local function trusted(path, workspace, home)
  local separator = vim.fn.has('win32') == 1 and ';' or ':'
  local is_own = is_within(home, workspace)
  return vim
    .iter(vim.split(path, separator, { plain = true }))
    :filter(function(folder)
      return is_absolute(folder) and (is_own or not is_within(folder, workspace))
    end)
    :totable()
end

--- The program `name`: itself if it is a path, else what lies on the PATH under that name.
---@param name string
---@return string?
function M.find(name)
  if name:find('[/\\]') then
    local path = vim.fs.normalize(name)
    return vim.fn.executable(path) == 1 and path or nil
  end
  for _, folder in ipairs(trusted(vim.env.PATH or '', vim.fn.getcwd(), vim.uv.os_homedir() or '/')) do
    local path = vim.fn.exepath(vim.fs.joinpath(folder, name))
    if path ~= '' then
      return path
    end
  end
end

return M
