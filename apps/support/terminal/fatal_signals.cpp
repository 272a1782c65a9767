#include "support/terminal/fatal_signals.hpp"

#include <cerrno>
#include <csignal>

#include <plstm/core/files/atomic_file.hpp>

namespace plstm::apps {
namespace {

void clear_up(int signal) {
  const int error = errno;
  remove_open_partial_files();
  std::signal(signal, SIG_DFL);
  ::raise(signal);  // comes when this function returns
  errno = error;
}

}  // namespace

void clear_up_on_fatal_signals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU}) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_handler = clear_up;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace plstm::apps
