<#
.SYNOPSIS
  Lists the largest folders below a path, for the monthly storage report.
.EXAMPLE
  ./folder_sizes.ps1 -Path D:\Shares -Top 20 | Export-Csv sizes.csv -NoTypeInformation
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)][ValidateScript({ Test-Path $_ -PathType Container })][string]$Path,
    [ValidateRange(1, 500)][int]$Top = 10,
    [switch]$IncludeHidden
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Walks down by itself: Get-ChildItem -Recurse stops at the first folder it may not open.
function Get-FolderSize {
    param([IO.DirectoryInfo]$Folder)
    if (-not $Folder.Exists) { return 0 }
    [long]$sum = 0
    foreach ($item in Get-ChildItem -LiteralPath $Folder.FullName -Force:$IncludeHidden -ErrorAction SilentlyContinue) {
        if ($item.PSIsContainer) { $sum += Get-FolderSize -Folder $item }
        else { $sum += $item.Length }
    }
    $script:sizes[$Folder.FullName] = $sum
    return $sum
}

$sizes = @{}
$total = Get-FolderSize -Folder (Get-Item -LiteralPath $Path)
$format = '{0,12:N1} MB  {1}'
Write-Verbose ($format -f ($total / 1MB), $Path)
$sizes.GetEnumerator() |
    Sort-Object -Property Value -Descending |
    Select-Object -First $Top -Property @{ n = 'Folder'; e = { $_.Key } }, @{ n = 'MB'; e = { [math]::Round($_.Value / 1MB, 1) } }
