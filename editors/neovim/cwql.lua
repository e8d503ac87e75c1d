-- The language server of cwql for Neovim 0.7 and later: `:luafile` this file, or copy it to ~/.config/nvim/plugin/cwql.lua.
-- The server comes with `pip install 'cwql[lsp]'`; vim.g.cwql_command replaces the command, vim.g.cwql_options the options.

local command = vim.g.cwql_command or { "cwql", "server" }
local filetypes = {
  "astro", "clojure", "cs", "elixir", "go", "html", "http", "java", "javascript", "javascriptreact",
  "json", "kotlin", "markdown", "perl", "php", "ps1", "python", "razor", "ruby", "rust", "sh", "svelte",
  "swift", "toml", "typescript", "typescriptreact", "vb", "vue", "yaml",
}
local settings = {
  name = "cwql",
  cmd = command,
  filetypes = filetypes,
  root_markers = { "cwql.toml", "pyproject.toml", ".git" },
  init_options = vim.g.cwql_options or vim.empty_dict(),
}

if vim.fn.has("nvim-0.11") == 1 then
  vim.lsp.config("cwql", settings)
  vim.lsp.enable("cwql")
  return
end

-- Neovim 0.7 recognizes PowerShell only with a plug-in.
if vim.filetype then
  vim.filetype.add({ extension = { ps1 = "ps1", psm1 = "ps1", http = "http" } })
end

local clients = {}

local function find_root(path)
  local folder = vim.fn.fnamemodify(path, ":h")
  for _, name in ipairs(settings.root_markers) do
    local found = vim.fn.findfile(name, folder .. ";")
    if found == "" then
      found = vim.fn.finddir(name, folder .. ";")
    end
    if found ~= "" then
      return vim.fn.fnamemodify(found, ":p:h" .. (name == ".git" and ":h" or ""))
    end
  end
  return folder
end

vim.api.nvim_create_autocmd("FileType", {
  pattern = filetypes,
  callback = function(event)
    local root = find_root(vim.api.nvim_buf_get_name(event.buf))
    if not clients[root] or vim.lsp.client_is_stopped(clients[root]) then
      clients[root] = vim.lsp.start_client(vim.tbl_extend("force", settings, { root_dir = root }))
    end
    vim.lsp.buf_attach_client(event.buf, clients[root])
    -- CTRL-X CTRL-O completes; `gd`, `K` and the others are yours to map.
    vim.api.nvim_buf_set_option(event.buf, "omnifunc", "v:lua.vim.lsp.omnifunc")
  end,
})
