# Calls Windows itself for what no cmdlet gives.
Add-Type -Namespace Example -Name Disk -MemberDefinition @'
[DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
public static extern bool GetDiskFreeSpaceEx(string path, out ulong free, out ulong total, out ulong allFree);
'@
$units = 'B', 'kB', 'MB', 'GB', 'TB'
filter ConvertTo-Readable {
    $value = [double]$_; $unit = 0
    while ($value -ge 1024 -and $unit -lt $units.Count - 1) { $value /= 1024; $unit++ }
    '{0:N1} {1}' -f $value, $units[$unit]
}
:drives foreach ($drive in [IO.DriveInfo]::GetDrives()) {
    if ($drive.DriveType -ne [IO.DriveType]::Fixed) { continue drives }
    [uint64]$free = 0; [uint64]$total = 0; [uint64]$all = 0
    if (-not [Example.Disk]::GetDiskFreeSpaceEx($drive.Name, [ref]$free, [ref]$total, [ref]$all)) {
        Write-Error ('{0}: error {1}' -f $drive.Name, [Runtime.InteropServices.Marshal]::GetLastWin32Error()); continue
    }
    [pscustomobject]@{ Drive = $drive.Name.TrimEnd('\'); Free = $free | ConvertTo-Readable; Total = $total | ConvertTo-Readable
        Full = '{0:P0}' -f (1 - $free / $total) }
}
