#include "server/tools/watch/terminal.h"

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "server/tools/watch/display_text.h"

// After everything else: it defines macros of short names.
#define NCURSES_NOMACROS
#include <curses.h>

namespace indexcast::server {
namespace {

constexpr int kEscapeDelayMs = 25;

short pair_of(Tone tone) { return static_cast<short>(static_cast<int>(tone) + 1); }

// Returns whether the terminal has colours and the environment allows them.
bool set_colours(bool red_up) {
  const char* const no_colour = std::getenv("NO_COLOR");
  if (!has_colors() || (no_colour != nullptr && *no_colour != '\0')) return false;
  start_color();
  use_default_colors();
  constexpr short kBackground = -1;
  init_pair(pair_of(Tone::up), red_up ? COLOR_RED : COLOR_GREEN, kBackground);
  init_pair(pair_of(Tone::down), red_up ? COLOR_GREEN : COLOR_RED, kBackground);
  init_pair(pair_of(Tone::good), COLOR_CYAN, kBackground);
  init_pair(pair_of(Tone::warn), COLOR_YELLOW, kBackground);
  return true;
}

attr_t attributes_of(Tone tone, bool selected) {
  attr_t attributes = selected ? A_REVERSE : A_NORMAL;
  if (tone == Tone::heading) attributes |= A_BOLD;
  if (tone == Tone::faint) attributes |= A_DIM;
  return attributes;
}

Key key_of(int code) {
  switch (code) {
    case KEY_UP:
    case 'k':
      return Key::up;
    case KEY_DOWN:
    case 'j':
      return Key::down;
    case KEY_HOME:
    case 'g':
      return Key::first;
    case KEY_END:
    case 'G':
      return Key::last;
    case '\n':
    case '\r':
    case 'm':
      return Key::members;
    case '?':
    case 'h':
      return Key::help;
    case 27:  // escape
      return Key::back;
    case 'q':
      return Key::quit;
    case KEY_RESIZE:
      return Key::resize;
    default:
      return Key::other;
  }
}

}  // namespace

std::unique_ptr<Terminal> Terminal::open(bool red_up) {
  std::setlocale(LC_CTYPE, "");
  SCREEN* const screen = newterm(nullptr, stdout, stdin);
  if (screen == nullptr) return nullptr;
  if (tigetstr("cup") == nullptr) {
    reset_shell_mode();  // newterm() turned echo and line feed translation off
    delscreen(screen);
    return nullptr;
  }
  set_escdelay(kEscapeDelayMs);
  cbreak();
  noecho();
  keypad(stdscr, true);
  nodelay(stdscr, true);
  curs_set(0);
  return std::unique_ptr<Terminal>(new Terminal(set_colours(red_up)));
}

Terminal::~Terminal() { endwin(); }

int Terminal::rows() const { return getmaxy(stdscr); }
int Terminal::columns() const { return getmaxx(stdscr); }

void Terminal::put(int row, int column, std::string_view text, Tone tone, bool selected) {
  if (row < 0 || row >= rows() || column >= columns()) return;
  // Text beyond the right edge would continue in the next row.
  const std::string shown = in_locale(text, columns() - column);
  const bool coloured =
      colours_ && tone != Tone::plain && tone != Tone::heading && tone != Tone::faint;
  attr_set(attributes_of(tone, selected), coloured ? pair_of(tone) : short{0}, nullptr);
  mvaddnstr(row, column, shown.data(), static_cast<int>(shown.size()));
  attr_set(A_NORMAL, 0, nullptr);
}

bool Terminal::can_show(std::string_view text) const { return locale_has(text); }

void Terminal::clear() { erase(); }
void Terminal::show() { refresh(); }

std::optional<Key> Terminal::key() {
  const int code = getch();
  if (code == ERR) return std::nullopt;
  return key_of(code);
}

}  // namespace indexcast::server
