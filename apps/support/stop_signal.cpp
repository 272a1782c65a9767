#include "support/stop_signal.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <initializer_list>

#include <sys/time.h>

namespace plstm::apps {
namespace {

// A signal handler reaches nothing but static objects.
std::atomic<int> caught{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler must not lock");

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM};
std::array<struct sigaction, kSignals.size()> previous;

void remember(int signal) {
  caught = signal;
  // The next one from the keyboard or the system ends the program, as it would have done without this object. A warning
  // that comes late does not, and no terminal is gone twice.
  for (std::size_t i = 0; i < 2; ++i) sigaction(kSignals[i], &previous[i], nullptr);
  for (const int each : {SIGHUP, SIGUSR1, SIGALRM}) std::signal(each, SIG_IGN);
}

// Of the process, whatever becomes of its clock. 0 ends it.
void set_timer(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec = static_cast<suseconds_t>((seconds - std::floor(seconds)) * 1e6);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

std::string text_of(int signal) {
  switch (signal) {
    case SIGINT:
      return "stopped by Ctrl-C; ";
    case SIGHUP:
      return "stopped by SIGHUP; ";
    case SIGUSR1:
      return "stopped by SIGUSR1; ";
    case SIGALRM:
      return "stopped, as its time is over; ";
    default:
      return "stopped by SIGTERM; ";
  }
}

}  // namespace

StopSignal::StopSignal(std::optional<double> seconds) {
  caught = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    // A shell ignores Ctrl-C for programs in the background, and nohup SIGHUP; they are to go on.
    const bool may_be_ignored = kSignals[i] == SIGINT || kSignals[i] == SIGHUP;
    if (may_be_ignored && previous[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
  if (seconds.has_value()) set_timer(std::max(*seconds, 1e-6));
}

StopSignal::~StopSignal() {
  set_timer(0);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &previous[i], nullptr);
}

int StopSignal::signal() const noexcept {
  return caught;
}

void StopSignal::take(int signal) noexcept {
  int none = 0;
  if (signal != 0) caught.compare_exchange_strong(none, signal);
}

Stopped::Stopped(int signal, const std::string& message, GoOn go_on)
    : std::runtime_error(text_of(signal) + message), signal_(signal), go_on_(go_on) {}

}  // namespace plstm::apps
