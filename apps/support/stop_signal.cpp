#include "support/stop_signal.hpp"

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace plstm::apps {
namespace {

// A signal handler reaches nothing but static objects.
std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not lock");

struct sigaction previous_interrupt;
struct sigaction previous_terminate;

void remember(int signal) {
  caught = signal;
  // The next signal of either kind ends the program.
  for (const int each : {SIGINT, SIGTERM}) std::signal(each, SIG_DFL);
}

}  // namespace

StopSignal::StopSignal() {
  caught = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
  // A shell ignores Ctrl-C for programs in the background, and they are to go on.
  if (previous_interrupt.sa_handler == SIG_IGN) sigaction(SIGINT, &previous_interrupt, nullptr);
}

StopSignal::~StopSignal() {
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
}

int StopSignal::signal() const noexcept {
  return caught;
}

Stopped::Stopped(int signal, const std::string& message, GoOn go_on)
    : std::runtime_error((signal == SIGINT ? "stopped by Ctrl-C; " : "stopped by SIGTERM; ") + message),
      signal_(signal),
      go_on_(go_on) {}

}  // namespace plstm::apps
