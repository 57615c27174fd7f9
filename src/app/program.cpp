// SPDX-License-Identifier: Apache-2.0
#include "app/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

extern char** environ;

namespace bartizan::app {
namespace {

Result<pid_t> start(const std::vector<std::string>& words, const posix_spawn_file_actions_t* actions) {
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));  // exec does not change them
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (const int reason = posix_spawnp(&child, arguments[0], actions, nullptr, arguments.data(), environ);
      reason != 0)
    return fail(std::strerror(reason), words[0]);
  return child;
}

Result<int> wait_for(pid_t child, const std::string& name) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return fail(std::strerror(errno), name);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<int> run_program(const std::vector<std::string>& words) {
  TRY(const pid_t child, start(words, nullptr));
  return wait_for(child, words[0]);
}

Result<int> run_program(const std::vector<std::string>& words, std::string& output, std::size_t size_max) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(std::strerror(errno), words[0]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  auto child = start(words, &actions);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  char block[4096];
  for (ssize_t size = 0; child.has_value() &&
                         ((size = read(ends[0], block, sizeof(block))) > 0 || (size < 0 && errno == EINTR));)
    if (size > 0 && output.size() < size_max) output.append(block, static_cast<std::size_t>(size));
  close(ends[0]);
  if (!child.has_value()) return std::unexpected(std::move(child.error()));
  return wait_for(*child, words[0]);
}

}  // namespace bartizan::app
