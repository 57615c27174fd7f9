// SPDX-License-Identifier: Apache-2.0
#include "source/capture.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/limits.h"

namespace bartizan {
namespace {

constexpr std::size_t kPacketBytes = 64u << 10;  // a pipe holds as much
constexpr int kPollMs = 200;                     // how late a cancelled run ends
constexpr int kEveFd = 3;                        // of Suricata
constexpr std::size_t kComplaintsMax = 20, kComplaintBytesMax = 400;

constexpr const char* kInstallHint =
    "a capture of a network is read by Suricata, which is not installed (Debian: apt install suricata, in "
    "bookworm from "
    "bookworm-backports)";

Error system_error(const char* what) { return Error{std::string(what) + ": " + std::strerror(errno)}; }

// The first executable `suricata` on PATH; empty: none.
std::string find_suricata() {
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/bin:/usr/sbin";
  for (;;) {
    const std::size_t colon = rest.find(':');
    // Not in the folder one happens to be in: evidence may lie there.
    if (const std::string_view folder = rest.substr(0, colon); folder.starts_with('/'))
      if (std::string file = std::string(folder) + "/suricata"; access(file.c_str(), X_OK) == 0) return file;
    if (colon == rest.npos) return {};
    rest.remove_prefix(colon + 1);
  }
}

// Where suricata-update puts signatures, and where Debian's package has its own.
std::vector<std::string> installed_rules() {
  std::error_code error;
  if (const char* own = "/var/lib/suricata/rules/suricata.rules"; std::filesystem::exists(own, error))
    return {own};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("/etc/suricata/rules", error))
    if (entry.path().extension() == ".rules") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string yaml_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Which networks are one's own a capture does not say, so signatures that ask see both sides as either.
constexpr const char* kConfiguration = R"(vars:
  address-groups: {HOME_NET: any, EXTERNAL_NET: any, HTTP_SERVERS: any, SMTP_SERVERS: any, SQL_SERVERS: any,
    DNS_SERVERS: any, TELNET_SERVERS: any, AIM_SERVERS: any, DC_SERVERS: any, DNP3_SERVER: any, DNP3_CLIENT: any,
    MODBUS_CLIENT: any, MODBUS_SERVER: any, ENIP_CLIENT: any, ENIP_SERVER: any}
  port-groups: {HTTP_PORTS: "80", SHELLCODE_PORTS: "!80", ORACLE_PORTS: 1521, SSH_PORTS: 22, DNP3_PORTS: 20000,
    MODBUS_PORTS: 502, FILE_DATA_PORTS: "[$HTTP_PORTS,110,143]", FTP_PORTS: 21, GENEVE_PORTS: 6081, VXLAN_PORTS: 4789,
    TEREDO_PORTS: 3544}
stats: {enabled: no}
unix-command: {enabled: no}
logging:
  default-log-level: info
  outputs: [{console: {enabled: yes}}]
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: /dev/fd/3
      types: [{alert: {metadata: yes}}, {http: {extended: yes}}, {tls: {extended: yes}}, {dhcp: {extended: yes}}, dns,
        files, smtp, ftp, rdp, nfs, smb, tftp, ike, dcerpc, krb5, snmp, rfb, sip, ssh, mqtt, http2, flow]
)";

std::string configuration_of(const std::vector<std::string>& rules) {
  std::string out = std::string("%YAML 1.1\n---\n") + kConfiguration;
  std::error_code error;
  for (const auto& [key, name] : {std::pair{"classification-file", "classification.config"},
                                  {"reference-config-file", "reference.config"},
                                  {"threshold-file", "threshold.config"}})
    if (const std::string file = std::string("/etc/suricata/") + name; std::filesystem::exists(file, error))
      out += std::string(key) + ": " + file + '\n';
  out += "rule-files:\n";
  for (const std::string& file : rules)
    out += "  - " + yaml_text(std::filesystem::absolute(file, error).string()) + '\n';
  return out;
}

struct Pipe {
  int from = -1, to = -1;
  ~Pipe() {
    if (from >= 0) close(from);
    if (to >= 0) close(to);
  }
};

bool open_pipe(Pipe& out) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  out.from = ends[0], out.to = ends[1];
  return true;
}

// A write to a Suricata that has ended gives EPIPE and no signal, whatever the program does with SIGPIPE.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    const timespec now{};
    while (sigtimedwait(&pipe_, nullptr, &now) == SIGPIPE) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_, before_;
};

bool is_complaint(std::string_view line) {
  for (std::string_view sign : {"error parsing signature", "rule file", "pcap: error", "<Error>"})
    if (line.find(sign) != line.npos && line.find("rule files processed") == line.npos) return true;
  return false;
}

}  // namespace

bool looks_like_capture(Bytes head) {
  static constexpr std::array<std::array<std::uint8_t, 4>, 5> kMagics{
      {{0xd4, 0xc3, 0xb2, 0xa1},
       {0xa1, 0xb2, 0xc3, 0xd4},
       {0x4d, 0x3c, 0xb2, 0xa1},  // nanoseconds
       {0xa1, 0xb2, 0x3c, 0x4d},
       {0x0a, 0x0d, 0x0d, 0x0a}}};  // pcapng
  return head.size() >= 4 && std::ranges::any_of(kMagics, [&](const auto& magic) {
           return std::equal(magic.begin(), magic.end(), head.begin());
         });
}

CaptureStream::CaptureStream(ByteStream& in, Bytes head, const CaptureOptions& options)
    : in_(in), options_(options), packets_(head.begin(), head.end()) {}

CaptureStream::~CaptureStream() {
  stop();
  std::error_code error;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
}

Result<std::unique_ptr<CaptureStream>> CaptureStream::open(ByteStream& in, Bytes head,
                                                           const CaptureOptions& options) {
  std::unique_ptr<CaptureStream> stream(new CaptureStream(in, head, options));
  TRY_VOID(stream->make_folder());
  TRY_VOID(stream->start());
  return stream;
}

Result<void> CaptureStream::make_folder() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "bartizan-XXXXXX").string();
  if (error || !mkdtemp(name.data()))
    return std::unexpected(system_error("no folder for Suricata could be made"));
  folder_ = name;
  const std::vector<std::string> rules = options_.rules.empty() ? installed_rules() : options_.rules;
  for (const std::string& file : rules) {
    if (access(file.c_str(), R_OK) != 0)
      return std::unexpected(system_error(("signatures in " + file).c_str()));
    if (std::ranges::any_of(file, [](unsigned char c) { return c < 0x20; }))
      return fail("a file of signatures has a control character in its name");
  }
  if (rules.empty())
    complaints_.push_back("no signatures are installed: flows and protocols only, no alerts");
  std::ofstream file(folder_ + "/suricata.yaml");
  file << configuration_of(rules);
  file.close();
  return file ? Result<void>{}
              : std::unexpected(system_error("the configuration of Suricata could not be written"));
}

Result<void> CaptureStream::start() {
  const std::string program = find_suricata();
  if (program.empty()) return fail(kInstallHint);
  Pipe packets, eve;
  if (!open_pipe(packets) || !open_pipe(eve)) return std::unexpected(system_error("no pipe to Suricata"));
  const std::string configuration = folder_ + "/suricata.yaml", log = folder_ + "/log";
  const char* arguments[] = {
      program.c_str(), "-c", configuration.c_str(), "-l",   folder_.c_str(), "-k", "none", "--runmode",
      "single",        "-r", "/dev/stdin",          nullptr};
  const char* environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC", nullptr};
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, packets.from, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&files, eve.to, kEveFd);
  posix_spawn_file_actions_addclosefrom_np(&files, kEveFd + 1);
  // A group of its own: Ctrl-C is for us to pass on.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  pid_t process = -1;
  errno = posix_spawn(&process, program.c_str(), &files, &attributes, const_cast<char**>(arguments),
                      const_cast<char**>(environment));
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (errno != 0) return std::unexpected(system_error("Suricata could not be started"));
  process_ = process;
  const rlimit file_size{limits::kCaptureLogBytesMax, limits::kCaptureLogBytesMax}, no_core{0, 0};
  prlimit(process, RLIMIT_FSIZE, &file_size, nullptr);
  prlimit(process, RLIMIT_CORE, &no_core, nullptr);
  packets_fd_ = std::exchange(packets.to, -1);
  eve_fd_ = std::exchange(eve.from, -1);
  fcntl(packets_fd_, F_SETFL, O_NONBLOCK);
  fcntl(eve_fd_, F_SETFL, O_NONBLOCK);
  started_ = moved_ = Clock::now();
  return {};
}

Result<std::size_t> CaptureStream::read(std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size() && !eve_is_read_ && failed_.empty()) {
    auto size = wait_and_move(buffer.subspan(filled));
    if (size.has_value()) filled += *size;
    else failed_ = size.error().message;
  }
  // What came before a failure is handed over first.
  if (filled == 0 && !failed_.empty()) return fail(failed_);
  return filled;
}

// Waits until Suricata takes packets or has written, at most kPollMs; the answer is how much was read.
Result<std::size_t> CaptureStream::wait_and_move(std::span<std::uint8_t> room) {
  const auto now = Clock::now();
  if (options_.keep_going && !options_.keep_going()) return stop(), fail("stopped before Suricata was done");
  if (now - started_ > std::chrono::seconds(limits::kCaptureSecondsMax) ||
      now - moved_ > std::chrono::seconds(limits::kCaptureIdleSecondsMax))
    return stop(), fail("Suricata took too long; it was ended");
  pollfd ends[] = {{eve_fd_, POLLIN, 0}, {packets_fd_, POLLOUT, 0}};
  if (poll(ends, 2, kPollMs) <= 0) return 0;
  if (ends[1].revents) give_packets(), moved_ = now;
  if (!ends[0].revents) return 0;
  moved_ = now;
  const ssize_t size = ::read(eve_fd_, room.data(), room.size());
  if (size < 0)
    return errno == EAGAIN || errno == EINTR ? Result<std::size_t>(0) : std::unexpected(system_error("read"));
  if (size == 0) {
    eve_is_read_ = true;
    TRY_VOID(finish());
    return 0;
  }
  eve_bytes_ += static_cast<std::uint64_t>(size);
  if (eve_bytes_ > limits::kCaptureEveBytesMax)
    return stop(), fail("Suricata writes without end; it was ended");
  return static_cast<std::size_t>(size);
}

void CaptureStream::give_packets() {
  const auto done = [&] { close(std::exchange(packets_fd_, -1)); };
  if (packets_at_ == packets_.size() && !capture_is_read_) {
    packets_.resize(kPacketBytes);
    packets_at_ = 0;
    auto size = in_.read(packets_);
    if (!size.has_value()) broken_ = size.error().message;
    packets_.resize(size.has_value() ? *size : 0);
    capture_is_read_ = packets_.size() < kPacketBytes;
  }
  if (packets_at_ == packets_.size()) return done();
  const NoPipeSignal no_signal;
  const ssize_t size = write(packets_fd_, packets_.data() + packets_at_, packets_.size() - packets_at_);
  // It ended early, or reads no further; how it ended is told when it has.
  if (size < 0) return errno == EAGAIN || errno == EINTR ? void() : done();
  packets_at_ += static_cast<std::size_t>(size);
}

// Suricata has closed its output: what it thought of the run.
Result<void> CaptureStream::finish() {
  int status = 0;
  for (const auto until = Clock::now() + std::chrono::seconds(10);
       waitpid(process_, &status, WNOHANG) == 0;) {
    if (Clock::now() > until) return stop(), fail("Suricata closed its output and did not end");
    poll(nullptr, 0, 10);
  }
  process_ = -1;
  std::ifstream log(folder_ + "/log");
  std::string last;
  for (std::string line; std::getline(log, line);) {
    if (line.size() > kComplaintBytesMax) line.resize(kComplaintBytesMax);
    if (is_complaint(line) && complaints_.size() < kComplaintsMax)
      complaints_.push_back("Suricata says: " + line);
    if (!line.empty()) last = std::move(line);
  }
  if (!broken_.empty()) return fail(broken_);
  if (WIFSIGNALED(status)) return fail("Suricata was ended by signal " + std::to_string(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    return fail("Suricata ended with " + std::to_string(WEXITSTATUS(status)) +
                (last.empty() ? "" : ": " + last));
  return {};
}

void CaptureStream::stop() {
  for (int* fd : {&packets_fd_, &eve_fd_})
    if (*fd >= 0) close(std::exchange(*fd, -1));
  if (process_ > 0) {
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  process_ = -1;
  eve_is_read_ = true;
}

}  // namespace bartizan
