// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/names.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "base/text.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

struct Alias {
  std::string_view name, target;
};
// Windows PowerShell 5.1's own, sorted by name.
constexpr Alias kAliases[] = {{"%", "ForEach-Object"},
                              {"?", "Where-Object"},
                              {"ac", "Add-Content"},
                              {"asnp", "Add-PSSnapin"},
                              {"cat", "Get-Content"},
                              {"cd", "Set-Location"},
                              {"chdir", "Set-Location"},
                              {"clc", "Clear-Content"},
                              {"clear", "Clear-Host"},
                              {"clhy", "Clear-History"},
                              {"cli", "Clear-Item"},
                              {"clp", "Clear-ItemProperty"},
                              {"cls", "Clear-Host"},
                              {"clv", "Clear-Variable"},
                              {"compare", "Compare-Object"},
                              {"copy", "Copy-Item"},
                              {"cp", "Copy-Item"},
                              {"cpi", "Copy-Item"},
                              {"cpp", "Copy-ItemProperty"},
                              {"curl", "Invoke-WebRequest"},
                              {"cvpa", "Convert-Path"},
                              {"dbp", "Disable-PSBreakpoint"},
                              {"del", "Remove-Item"},
                              {"diff", "Compare-Object"},
                              {"dir", "Get-ChildItem"},
                              {"ebp", "Enable-PSBreakpoint"},
                              {"echo", "Write-Output"},
                              {"epal", "Export-Alias"},
                              {"epcsv", "Export-Csv"},
                              {"erase", "Remove-Item"},
                              {"etsn", "Enter-PSSession"},
                              {"exsn", "Exit-PSSession"},
                              {"fc", "Format-Custom"},
                              {"fl", "Format-List"},
                              {"foreach", "ForEach-Object"},
                              {"ft", "Format-Table"},
                              {"fw", "Format-Wide"},
                              {"gal", "Get-Alias"},
                              {"gbp", "Get-PSBreakpoint"},
                              {"gc", "Get-Content"},
                              {"gci", "Get-ChildItem"},
                              {"gcm", "Get-Command"},
                              {"gcs", "Get-PSCallStack"},
                              {"gdr", "Get-PSDrive"},
                              {"ghy", "Get-History"},
                              {"gi", "Get-Item"},
                              {"gjb", "Get-Job"},
                              {"gl", "Get-Location"},
                              {"gm", "Get-Member"},
                              {"gmo", "Get-Module"},
                              {"gp", "Get-ItemProperty"},
                              {"gps", "Get-Process"},
                              {"gpv", "Get-ItemPropertyValue"},
                              {"group", "Group-Object"},
                              {"gsn", "Get-PSSession"},
                              {"gsnp", "Get-PSSnapin"},
                              {"gsv", "Get-Service"},
                              {"gu", "Get-Unique"},
                              {"gv", "Get-Variable"},
                              {"gwmi", "Get-WmiObject"},
                              {"h", "Get-History"},
                              {"history", "Get-History"},
                              {"icm", "Invoke-Command"},
                              {"iex", "Invoke-Expression"},
                              {"ihy", "Invoke-History"},
                              {"ii", "Invoke-Item"},
                              {"ipal", "Import-Alias"},
                              {"ipcsv", "Import-Csv"},
                              {"ipmo", "Import-Module"},
                              {"irm", "Invoke-RestMethod"},
                              {"iwmi", "Invoke-WmiMethod"},
                              {"iwr", "Invoke-WebRequest"},
                              {"kill", "Stop-Process"},
                              {"lp", "Out-Printer"},
                              {"ls", "Get-ChildItem"},
                              {"man", "help"},
                              {"md", "mkdir"},
                              {"measure", "Measure-Object"},
                              {"mi", "Move-Item"},
                              {"mount", "New-PSDrive"},
                              {"move", "Move-Item"},
                              {"mp", "Move-ItemProperty"},
                              {"mv", "Move-Item"},
                              {"nal", "New-Alias"},
                              {"ndr", "New-PSDrive"},
                              {"ni", "New-Item"},
                              {"nmo", "New-Module"},
                              {"nsn", "New-PSSession"},
                              {"nv", "New-Variable"},
                              {"ogv", "Out-GridView"},
                              {"oh", "Out-Host"},
                              {"popd", "Pop-Location"},
                              {"ps", "Get-Process"},
                              {"pushd", "Push-Location"},
                              {"pwd", "Get-Location"},
                              {"r", "Invoke-History"},
                              {"rbp", "Remove-PSBreakpoint"},
                              {"rcjb", "Receive-Job"},
                              {"rcsn", "Receive-PSSession"},
                              {"rd", "Remove-Item"},
                              {"rdr", "Remove-PSDrive"},
                              {"ren", "Rename-Item"},
                              {"ri", "Remove-Item"},
                              {"rjb", "Remove-Job"},
                              {"rm", "Remove-Item"},
                              {"rmdir", "Remove-Item"},
                              {"rmo", "Remove-Module"},
                              {"rni", "Rename-Item"},
                              {"rnp", "Rename-ItemProperty"},
                              {"rp", "Remove-ItemProperty"},
                              {"rsn", "Remove-PSSession"},
                              {"rujb", "Resume-Job"},
                              {"rv", "Remove-Variable"},
                              {"rvpa", "Resolve-Path"},
                              {"rwmi", "Remove-WmiObject"},
                              {"sajb", "Start-Job"},
                              {"sal", "Set-Alias"},
                              {"saps", "Start-Process"},
                              {"sasv", "Start-Service"},
                              {"sbp", "Set-PSBreakpoint"},
                              {"sc", "Set-Content"},
                              {"select", "Select-Object"},
                              {"set", "Set-Variable"},
                              {"shcm", "Show-Command"},
                              {"si", "Set-Item"},
                              {"sl", "Set-Location"},
                              {"sleep", "Start-Sleep"},
                              {"sls", "Select-String"},
                              {"sort", "Sort-Object"},
                              {"sp", "Set-ItemProperty"},
                              {"spjb", "Stop-Job"},
                              {"spps", "Stop-Process"},
                              {"spsv", "Stop-Service"},
                              {"start", "Start-Process"},
                              {"sujb", "Suspend-Job"},
                              {"sv", "Set-Variable"},
                              {"swmi", "Set-WmiInstance"},
                              {"tee", "Tee-Object"},
                              {"trcm", "Trace-Command"},
                              {"type", "Get-Content"},
                              {"wget", "Invoke-WebRequest"},
                              {"where", "Where-Object"},
                              {"wjb", "Wait-Job"},
                              {"write", "Write-Output"}};

// Names that scripts hide behind wildcards or odd case, beside the targets of the aliases above.
constexpr std::string_view kMoreCommands[] = {"Add-Type",
                                              "ConvertFrom-SecureString",
                                              "ConvertTo-SecureString",
                                              "Get-Date",
                                              "Get-Random",
                                              "Get-Credential",
                                              "Get-CimInstance",
                                              "Invoke-CimMethod",
                                              "Set-ExecutionPolicy",
                                              "Set-MpPreference",
                                              "Add-MpPreference",
                                              "New-Object",
                                              "New-Service",
                                              "Out-File",
                                              "Out-Null",
                                              "Out-String",
                                              "Read-Host",
                                              "Register-ScheduledTask",
                                              "Set-StrictMode",
                                              "Start-BitsTransfer",
                                              "Register-WmiEvent",
                                              "Write-Host",
                                              "Write-Verbose",
                                              "Write-Warning",
                                              "Write-Error",
                                              "Write-Progress",
                                              "Test-Path",
                                              "Join-Path",
                                              "Split-Path",
                                              "New-ItemProperty",
                                              "Test-Connection",
                                              "New-NetFirewallRule",
                                              "Get-WinEvent",
                                              "Clear-EventLog",
                                              "Wait-Process",
                                              "Restart-Computer",
                                              "Unblock-File",
                                              "Expand-Archive",
                                              "Compress-Archive",
                                              "ConvertTo-Json",
                                              "ConvertFrom-Json",
                                              "Set-Clipboard",
                                              "Get-Clipboard",
                                              "Enable-PSRemoting",
                                              "Get-Host",
                                              "Unregister-Event",
                                              "Register-ObjectEvent",
                                              "Set-Service",
                                              "Send-MailMessage",
                                              "Get-Culture",
                                              "New-TimeSpan",
                                              "Get-EventLog",
                                              "Get-HotFix",
                                              "Get-NetIPAddress",
                                              "Get-NetTCPConnection",
                                              "Get-LocalUser",
                                              "New-LocalUser",
                                              "Add-LocalGroupMember",
                                              "Get-ADUser",
                                              "Get-ADComputer",
                                              "Get-ADGroup",
                                              "Get-DomainUser",
                                              "Import-PSSession",
                                              "New-ScheduledTaskAction",
                                              "New-ScheduledTaskTrigger",
                                              "Write-Debug",
                                              "Write-Information",
                                              "Start-Transcript",
                                              "Stop-Transcript",
                                              "Get-Acl",
                                              "Set-Acl",
                                              "Set-WmiInstance"};

constexpr NamedText kFixed[] = {
    {"pshome", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0"},
    {"shellid", "Microsoft.PowerShell"},
    {"verbosepreference", "SilentlyContinue"},
    {"debugpreference", "SilentlyContinue"},
    {"warningpreference", "Continue"},
    {"erroractionpreference", "Continue"},
    {"progresspreference", "Continue"},
    {"confirmpreference", "High"},
    {"maximumdrivecount", "4096"},
    {"maximumvariablecount", "4096"},
    {"maximumaliascount", "4096"},
    {"maximumfunctioncount", "4096"},
    {"maximumerrorcount", "256"},
    {"maximumhistorycount", "4096"},
    {"consolefilename", ""},
    {"env:comspec", "C:\\Windows\\system32\\cmd.exe"},
    {"env:public", "C:\\Users\\Public"},
    {"env:systemroot", "C:\\Windows"},
    {"env:windir", "C:\\Windows"},
    {"env:programfiles", "C:\\Program Files"},
    {"env:programdata", "C:\\ProgramData"},
    {"env:allusersprofile", "C:\\ProgramData"},
    {"env:systemdrive", "C:"},
    {"env:os", "Windows_NT"},
    {"env:programw6432", "C:\\Program Files"},
    {"env:programfiles(x86)", "C:\\Program Files (x86)"},
    {"env:commonprogramfiles", "C:\\Program Files\\Common Files"},
    {"env:driverdata", "C:\\Windows\\System32\\Drivers\\DriverData"},
    {"env:pathext", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC;.CPL"}};

}  // namespace

std::string_view alias_target(std::string_view lower) {
  constexpr std::size_t kAliasSizeMax = [] {
    std::size_t longest = 0;
    for (const Alias& alias : kAliases) longest = std::max(longest, alias.name.size());
    return longest;
  }();
  if (lower.size() > kAliasSizeMax) return {};
  auto found = std::lower_bound(std::begin(kAliases), std::end(kAliases), lower,
                                [](const Alias& a, std::string_view name) { return a.name < name; });
  return found != std::end(kAliases) && found->name == lower ? found->target : std::string_view();
}

std::span<const std::string_view> known_commands() {
  static const auto kAll = [] {
    std::vector<std::string_view> all(std::begin(kMoreCommands), std::end(kMoreCommands));
    for (const Alias& alias : kAliases) all.push_back(alias.target);
    auto lower_less = [](std::string_view a, std::string_view b) { return lower_ascii(a) < lower_ascii(b); };
    std::sort(all.begin(), all.end(), lower_less);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }();
  return kAll;
}

std::string_view usual_command_case(std::string_view lower) {
  auto all = known_commands();
  auto found = std::lower_bound(all.begin(), all.end(), lower,
                                [](std::string_view a, std::string_view b) { return lower_ascii(a) < b; });
  return found != all.end() && equals_ignoring_ascii_case(*found, lower) ? *found : std::string_view();
}

std::span<const NamedText> fixed_variables() { return kFixed; }

std::string_view fixed_variable_text(std::string_view lower) {
  for (const NamedText& known : kFixed)
    if (known.name == lower) return known.text;
  return {};
}

}  // namespace bartizan::powershell
