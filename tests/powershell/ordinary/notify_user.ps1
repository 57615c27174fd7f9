# Shows a notice in the corner of the screen; started by the patch tool before a restart.
param([string]$Title = 'Restart', [string]$Message = "Your computer restarts at $((Get-Date).AddHours(1).ToString('HH:mm')).")

[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] > $null
[Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime] | Out-Null

$template = @"
<toast duration="long">
  <visual>
    <binding template="ToastGeneric">
      <text>$([Security.SecurityElement]::Escape($Title))</text>
      <text>$([Security.SecurityElement]::Escape($Message))</text>
    </binding>
  </visual>
</toast>
"@
$xml = New-Object Windows.Data.Xml.Dom.XmlDocument
$xml.LoadXml($template)
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
$toast.ExpirationTime = [DateTimeOffset]::Now.AddMinutes(50)
try { [Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('Patch tool').Show($toast) }
catch [System.Exception] { Write-Warning "no notice: $($_.Exception.Message)"; exit 1 }
finally { $xml = $null }
