-- Which program is started: from absolute folders of the PATH outside the folder that
-- Neovim works in.

local person = require('person')
local program = require('lstm-ls.program')

person.run(function()
  -- The home folder is where the typist is; what is tried lies elsewhere.
  local folder = vim.uv.fs_realpath(vim.fn.fnamemodify(vim.fn.tempname(), ':h'))
  local function at(name)
    return vim.fs.joinpath(folder, name)
  end
  for _, name in ipairs({ 'outside', 'work/bin', 'workshop' }) do
    vim.fn.mkdir(at(name), 'p')
    vim.fn.writefile({ '#!/bin/sh' }, at(name .. '/tool'))
    vim.uv.fs_chmod(at(name .. '/tool'), tonumber('755', 8))
  end
  vim.uv.fs_symlink(at('work/bin'), at('link'))
  vim.cmd.cd(at('work'))

  local function found(...)
    vim.env.PATH = table.concat({ ... }, ':')
    return program.find('tool')
  end
  assert(vim.fn.executable('bin/tool') == 1)
  for _, path in ipairs({ 'bin', '.', '', '../outside', at('work/bin'), at('link') }) do
    assert(found(path) == nil, path .. ' was looked into')
  end
  assert(found('bin', at('work/bin'), at('outside')) == at('outside/tool'))
  assert(found(at('workshop')) == at('workshop/tool'))
  -- A path that was named is used as it is.
  assert(program.find(at('work/bin/tool')) == at('work/bin/tool'))
  assert(program.find(at('work/bin/none')) == nil)
  -- Who works in the home folder has put the programs there.
  vim.env.HOME = at('work')
  assert(found(at('work/bin')) == at('work/bin/tool'))
end)
