// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/containment.h"

namespace bartizan::identity {
namespace {

// Commands of Active Directory's PowerShell module, of samba-tool and net, and of kadmin. `samba` and `mit` are empty where
// the first says it for all; `-` where there is nothing to do.
struct Advice {
  Step step;
  std::string_view windows, samba, mit;
};
constexpr Advice kAdvice[] = {
    {Step::kIsolate, "isolate the address", "", ""},
    {Step::kBlockSource, "block the source for a time", "", ""},
    {Step::kPurgeTickets, "`klist purge` in the session on the machine that had the ticket first",
     "`kdestroy -A` as the user on the machine that had the ticket first",
     "`kdestroy -A` as the user on the machine that had the ticket first"},
    {Step::kDisable, "`Disable-ADAccount` for the account", "`samba-tool user disable` for the account",
     "`kadmin -q \"modprinc -allow_tix …\"` for the principal"},
    {Step::kResetPassword, "`Set-ADAccountPassword -Reset` (a service account's twice)",
     "`samba-tool user setpassword` (a service account's twice)", "`kadmin -q \"cpw …\"`"},
    {Step::kRealmKey,
     "reset krbtgt twice (planned: a ticket's life apart; in an emergency at once), and the account of each "
     "read-only domain controller",
     "reset krbtgt twice (`chgkrbtgtpass` of Samba's sources)",
     "`kadmin -q \"cpw -randkey krbtgt/REALM\"` without -keepold, which ends every ticket"},
    {Step::kServiceKey, "`Reset-ComputerMachinePassword` on the service's machine, twice",
     "`net ads changetrustpw` on the service's machine, twice",
     "`kadmin -q \"ktadd -k /etc/krb5.keytab …\"` on the service's machine, which makes a new key"},
    {Step::kAesOnly, "`Set-ADUser -KerberosEncryptionType AES128,AES256`, then a new password",
     "`net ads enctypes set … 24`, then a new password",
     "`permitted_enctypes` with AES only in krb5.conf of the KDC, then a new key"},
    {Step::kRequirePreauth, "`Set-ADAccountControl -DoesNotRequirePreAuth $false`",
     "`samba-tool user edit`: take 0x400000 out of userAccountControl",
     "`kadmin -q \"modprinc +requires_preauth …\"`"},
    {Step::kProtect, "put the account into Protected Users, Credential Guard on its machines",
     "`samba-tool group addmembers \"Protected Users\" …`",
     "`kadmin -q \"modprinc -allow_forwardable -allow_renewable …\"`"},
    {Step::kStopDelegation,
     "`Set-ADComputer -PrincipalsAllowedToDelegateToAccount $null` and `-TrustedForDelegation $false`; "
     "MachineAccountQuota 0",
     "`samba-tool delegation show …`, then `del-service` and `for-any-service … off`",
     "`kadmin -q \"modprinc -ok_to_auth_as_delegate -ok_as_delegate …\"`"},
    {Step::kStopReplication, "take the replication rights away on the domain's root object (`dsacls`)",
     "`samba-tool dsacl get`, then take the replication rights away", "take `p` out of kadm5.acl"},
    {Step::kUndoRename,
     "rename it back, updates for CVE-2021-42278 and CVE-2021-42287, MachineAccountQuota 0",
     "rename it back, Samba from 4.15.2 on (CVE-2020-25722)", "-"},
    {Step::kClearSidHistory, "`Set-ADUser -Remove @{sidHistory=…}`; SID filtering on trusts",
     "`samba-tool user edit`: take sIDHistory out", "-"},
    {Step::kRequireSigning,
     "require SMB and LDAP signing and channel binding; Extended Protection on certificate services",
     "`server signing = mandatory` and `ldap server require strong auth = yes`", "-"},
    {Step::kBlockCoercion, "print spooler off on servers; RPC filters for MS-EFSR and MS-DFSNM",
     "`rpc_server:spoolss = disabled`", "-"},
    {Step::kPatchNetlogon, "the update for CVE-2020-1472; restore the machine's password",
     "`server schannel = yes`; restore the machine's password", "-"},
};

std::string_view words_of(const Advice& advice, Platform platform) {
  const std::string_view own = platform == Platform::kSamba                                ? advice.samba
                               : platform == Platform::kMit || platform == Platform::kUnix ? advice.mit
                                                                                           : advice.windows;
  return own == "-" ? std::string_view() : own.empty() ? advice.windows : own;
}

}  // namespace

std::string steps_in_words(std::span<const Step> steps, Platform platform) {
  std::string out;
  for (const Step step : steps)
    for (const Advice& advice : kAdvice)
      if (const std::string_view words = words_of(advice, platform); advice.step == step && !words.empty())
        out.append(out.empty() ? "" : "; ").append(words);
  return out;
}

}  // namespace bartizan::identity
