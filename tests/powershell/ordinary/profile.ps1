# What a shell loads at its start.
using namespace System.Collections.Generic

class Bookmark {
    [string] $Name
    hidden [string] $Path
    Bookmark([string] $name, [string] $path) { $this.Name = $name; $this.Path = $path }
    [void] Go() { Set-Location -LiteralPath $this.Path }
    [string] ToString() { return '{0} -> {1}' -f $this.Name, $this.Path }
}
[Dictionary[string, Bookmark]] $script:marks = [Dictionary[string, Bookmark]]::new([StringComparer]::OrdinalIgnoreCase)

function global:prompt {
    $code = $LASTEXITCODE
    $branch = (git rev-parse --abbrev-ref HEAD 2>$null) ?? ''
    "$([char]27)[36m$($PWD.Path -replace [regex]::Escape($HOME), '~')$([char]27)[0m$(if ($branch) { " ($branch)" }) $('>' * ($NestedPromptLevel + 1)) "
    $global:LASTEXITCODE = $code
}
Set-Alias -Name ll -Value Get-ChildItem
Set-PSReadLineOption -EditMode Windows -HistorySearchCursorMovesToEnd
Set-PSReadLineKeyHandler -Chord 'Ctrl+d' -ScriptBlock { [Microsoft.PowerShell.PSConsoleReadLine]::DeleteCharOrExit() }
Register-ArgumentCompleter -Native -CommandName tool -ScriptBlock {
    param($word, $ast, $position)
    tool complete --position $position "$ast" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
# The tool prints the definitions that belong into the profile.
(& tool init powershell) -join "`n" | Invoke-Expression
