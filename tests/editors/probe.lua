-- Open the file of the environment in Neovim, use the server, and write what came back as JSON.
local result = {}
local output = vim.env.CWQL_OUTPUT

local function finish()
  local file = assert(io.open(output, "w"))
  file:write(vim.json.encode(result))
  file:close()
  vim.cmd("qa!")
end

local function wait(seconds, condition)
  return vim.wait(seconds * 1000, condition, 50)
end

local function request(method, params)
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local function run()
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.CWQL_FILE))
  result.filetype = vim.bo.filetype
  if not wait(60, function() return #vim.diagnostic.get(0) > 0 end) then
    result.problem = "no diagnostics"
    return
  end
  result.diagnostics = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(result.diagnostics, { code = each.code or each.user_data.lsp.code, line = each.lnum, column = each.col })
  end

  local row, column = unpack(vim.fn.searchpos("impact", "n"))
  vim.api.nvim_win_set_cursor(0, { row, column - 1 })
  result.hover = request("textDocument/hover", vim.lsp.util.make_position_params()).contents.value

  -- Type a value: the candidates are those that the completion of Neovim shows.
  local line = vim.api.nvim_get_current_line()
  local start = line:find("'Low'", 1, true)
  vim.api.nvim_buf_set_text(0, row - 1, start - 1, row - 1, start + 4, { "" })
  vim.api.nvim_win_set_cursor(0, { row, start - 1 })
  local list = request("textDocument/completion", vim.lsp.util.make_position_params())
  result.completion = {}
  for _, item in ipairs(list.items) do
    table.insert(result.completion, item.label)
  end
  vim.lsp.util.apply_text_edits({ list.items[2].textEdit }, 0, "utf-16")
  result.completed = vim.api.nvim_get_current_line()

  row, column = unpack(vim.fn.searchpos("==", "n"))
  vim.api.nvim_win_set_cursor(0, { row, column - 1 })
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  result.actions = {}
  for _, action in ipairs(request("textDocument/codeAction", params)) do
    table.insert(result.actions, action.title)
    if action.isPreferred then
      vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
      result.fixed = vim.api.nvim_buf_get_lines(0, row - 1, row, false)[1]
    end
  end
end

local ok, problem = pcall(run)
if not ok then
  result.problem = problem
end
finish()
