" Vim compiler file: `:compiler authlint`, then `:make` for the project or `:make %` for this file.
" Findings are in the quickfix list; `:make --advice` adds advice.

if exists("current_compiler")
  finish
endif
let current_compiler = "authlint"

let s:keep = &cpo
set cpo&vim

CompilerSet makeprg=authlint\ --format\ concise\ --color\ never\ --quiet
CompilerSet errorformat=%f:%l:%c:\ %trror%m,%f:%l:%c:\ %tarning%m,%I%f:%l:%c:\ advice%m,%-G%.%#

let &cpo = s:keep
unlet s:keep
