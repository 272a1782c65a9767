#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <plstm/core/random.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {

/// What a run of a program left behind.
struct Outcome {
  int code = -1;
  std::string out, err;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// How many times a test of kills and of programs side by side does what it does: 1, or what PLSTM_TEST_ROUNDS says (the
/// test preset `accidents`).
inline int test_rounds() {
  const char* rounds = std::getenv("PLSTM_TEST_ROUNDS");
  return rounds == nullptr ? 1 : std::max(1, std::atoi(rounds));
}

/// A folder with small input files, in which a program is run.
class Program : public ::testing::Test {
 protected:
  explicit Program(std::string executable) : executable_(std::move(executable)) {
    ::setenv("PLSTM_PROGRESS", "off", 1);  // how slow a machine is must not change what a program says
  }

  std::filesystem::path path(const std::string& name) const { return folder_ / name.c_str(); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

  /// Runs `<program> <arguments>` with the folder as working directory.
  Outcome run(const std::string& arguments) const {
    const std::string command =
        "cd '" + path("").string() + "' && '" + executable_ + "' " + arguments + " > .out 2> .err";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(path(".out")), read_text(path(".err"))};
  }

  /// Runs a command of the shell, in which $P is the program.
  Outcome shell(const std::string& command) const {
    const std::string whole =
        "cd '" + path("").string() + "' && P='" + executable_ + "' && { " + command + "; } > .out 2> .err";
    const int status = std::system(whole.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(path(".out")), read_text(path(".err"))};
  }

  /// What the program writes to a terminal.
  std::string run_on_terminal(const std::string& arguments) const {
    const std::string command = "cd '" + path("").string() + "' && exec '" + executable_ + "' " + arguments;
    int terminal = -1;
    const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (child == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    std::string text;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(terminal, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(terminal);
    ::waitpid(child, nullptr, 0);
    return text;
  }

  /// As run(), but sends SIGTERM as soon as the program has written `text` to its standard output.
  Outcome run_and_terminate(const std::string& arguments, const std::string& text) const {
    const std::string command =
        "cd '" + path("").string() + "' && : > .out && { '" + executable_ + "' " + arguments +
        " > .out 2> .err & pid=$!; until grep -q '" + text +
        "' .out || ! kill -0 $pid; do sleep 0.02; done; kill -TERM $pid; wait $pid; }";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(path(".out")), read_text(path(".err"))};
  }

  /// The same, but sends the signal after some time, however far the program has come; it may have ended before. The
  /// code is 128 plus the number of a signal that ended the program without its doing.
  Outcome run_and_interrupt(const std::string& arguments, int signal, std::chrono::milliseconds after) const {
    const std::string command =
        "cd '" + path("").string() + "' && exec '" + executable_ + "' " + arguments + " > .out 2> .err";
    const pid_t child = ::fork();
    if (child == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    std::this_thread::sleep_for(after);
    ::kill(child, signal);
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(path(".out")),
            read_text(path(".err"))};
  }

  /// Starts the program again and again and sends it the signal at random moments, later from start to start, until it
  /// comes to its end. `check` gets what each stopped start left. Returns how often it was stopped.
  int run_to_the_end(const std::string& arguments, int signal, Random& random,
                     const std::function<void(const Outcome&)>& check) const {
    for (std::uint64_t start = 0;; ++start) {
      const Outcome r =
          run_and_interrupt(arguments, signal, std::chrono::milliseconds(5 + random.below(10 + 10 * start)));
      if (r.code == 0) return static_cast<int>(start);
      EXPECT_EQ(r.code, 128 + signal) << r.err;
      if (r.code != 128 + signal || start > 1000) return -1;
      check(r);
    }
  }

  /// Runs the program, which must succeed, and returns how long that takes.
  std::chrono::milliseconds time_of(const std::string& arguments) const {
    const auto start = std::chrono::steady_clock::now();
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, 0) << arguments << "\n" << r.err;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  }

  /// Starts the program over a finished run, `kills` times in each round, and kills it at a random moment up to `most`,
  /// which should be a bit more than a start takes. Every other start has --resume. `check` looks at what each of them left. At last two
  /// starts come to their end: one that goes on from what is there, and one that begins anew.
  void kill_over_a_finished_run(const std::string& arguments, int kills, std::chrono::milliseconds most,
                                Random& random, const std::function<void()>& check) const {
    const auto span = static_cast<std::uint64_t>(most.count() * 5 / 4 + 1);
    int killed = 0;
    for (int i = 0; i < kills * test_rounds(); ++i) {
      const Outcome r = run_and_interrupt(arguments + (i % 2 == 0 ? "" : " --resume"), SIGKILL,
                                          std::chrono::milliseconds(random.below(span)));
      EXPECT_TRUE(r.code == 0 || r.code == 128 + SIGKILL) << r.err;
      killed += r.code == 0 ? 0 : 1;
      check();
    }
    if (test_rounds() > 1) std::cout << killed << " of " << kills * test_rounds() << " starts were killed\n";
    for (const char* how : {" --resume", ""}) {
      const Outcome r = run(arguments + how);
      EXPECT_EQ(r.code, 0) << r.err;
      check();
    }
  }

  /// Names of the files and folders in a folder, none if it is not there.
  std::set<std::string> names_in(const std::string& folder) const {
    std::set<std::string> names;
    if (!std::filesystem::exists(path(folder))) return names;
    for (const auto& entry : std::filesystem::directory_iterator(path(folder)))
      names.insert(entry.path().filename());
    return names;
  }

  TemporaryFolder folder_;

 private:
  std::string executable_;
};

}  // namespace plstm::test
