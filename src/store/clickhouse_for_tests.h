// SPDX-License-Identifier: Apache-2.0
// A ClickHouse server of its own for tests, on loopback, its data in a temporary folder; ended with the thread that started it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "store/clickhouse_client.h"

namespace bartizan::store {

class ClickHouseForTests {
 public:
  ClickHouseForTests() {
    namespace fs = std::filesystem;
    for (const char* path : {"/usr/sbin/clickhouse-server", "/usr/bin/clickhouse-server"})
      if (fs::exists(path)) program_ = path;
    if (program_.empty()) return;
    std::string name = (fs::temp_directory_path() / "bartizan-clickhouse-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    port_ = free_port();
    write_configuration();
    start();
  }
  ~ClickHouseForTests() {
    stop();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  ClickHouseForTests(const ClickHouseForTests&) = delete;
  ClickHouseForTests& operator=(const ClickHouseForTests&) = delete;

  // Why there is none; empty: it runs.
  std::string missing() const {
    return program_.empty() ? "clickhouse-server is not installed"
           : process_       ? ""
                            : "clickhouse-server does not start";
  }
  std::string url(const std::string& database, const std::string& login = {}) const {
    return "clickhouse://" + login + "127.0.0.1:" + std::to_string(port_) + "/" + database;
  }
  void stop() {
    if (process_) ::kill(process_, SIGKILL), ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  void start() {
    const std::string option = "--config-file=" + folder_ + "/config.xml";
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr)) ::_exit(1);
      ::execl(program_.c_str(), program_.c_str(), option.c_str(), nullptr);
      ::_exit(1);
    }
    auto address = parse_clickhouse_address(url("default"));
    ClickHouseClient client(*address);
    for (int i = 0; i < 300; ++i) {
      if (client.answer_of("SELECT 1").has_value()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    stop();
  }

 private:
  static std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET, address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    (void)::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    (void)::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
  }

  void write_configuration() const {
    const auto element = [](const std::string& name, const std::string& text) {
      return "<" + name + ">" + text + "</" + name + ">\n";
    };
    std::ofstream(folder_ + "/config.xml")
        << "<yandex>\n"
        << element("logger", element("level", "warning") + element("log", folder_ + "/log") +
                                 element("errorlog", folder_ + "/errors"))
        << element("listen_host", "127.0.0.1") << element("http_port", std::to_string(port_))
        << element("tcp_port", std::to_string(free_port())) << element("path", folder_ + "/data/")
        << element("tmp_path", folder_ + "/tmp/") << element("format_schema_path", folder_ + "/schemas/")
        << element("mark_cache_size", "67108864") << element("users_config", folder_ + "/users.xml")
        << element("default_profile", "default") << element("default_database", "default")
        << element("timezone", "UTC") << "</yandex>\n";
    const auto user = [&](const std::string& name, const std::string& password) {
      return element(name, element("password", password) + element("networks", element("ip", "127.0.0.1")) +
                               element("profile", "default") + element("quota", "default"));
    };
    std::ofstream(folder_ + "/users.xml")
        << "<yandex>\n"
        << element("profiles", element("default", "")) << element("quotas", element("default", ""))
        << element("users", user("default", "") + user("analyst", "s3cret%")) << "</yandex>\n";
  }

  std::string program_, folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = 0;
};

// One for all tests of a program.
inline ClickHouseForTests& clickhouse_for_tests() {
  static ClickHouseForTests server;
  return server;
}

}  // namespace bartizan::store
