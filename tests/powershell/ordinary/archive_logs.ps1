# Keeps event logs that have grown large: exports, packs and then empties them. Rules rightly ask about the last step.
param([string[]]$Logs = @('Application', 'System'), [string]$Target = '\\files.example.test\logs')
$stamp = Get-Date -Format 'yyyyMMdd-HHmm'
foreach ($log in $Logs) {
    $file = Join-Path $Target ("{0}-{1}-{2}.evtx" -f $env:COMPUTERNAME, $log, $stamp)
    wevtutil.exe epl $log $file "/q:*[System[TimeCreated[timediff(@SystemTime) <= 2592000000]]]"
    if ($LASTEXITCODE -ne 0) { Write-Warning "$log was not exported"; continue }
    Compress-Archive -Path $file -DestinationPath ($file -replace '\.evtx$', '.zip') -CompressionLevel Optimal
    Remove-Item -Path $file
    Clear-EventLog -LogName $log
}
