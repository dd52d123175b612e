//! What happens on a terminal's screen as an SVG picture that moves, again and again.
//!
//! Of each line every look that it has is in the picture once, with the times at which it
//! shows. Where a reader wants nothing to move, one moment stands still.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

use vt100::Screen;

use crate::Terminal;
use crate::still::{CLOSING, cursor, line, opening};
use crate::terminal::size;

/// How often the screen is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What was seen, and when.
#[derive(Default)]
pub struct Film {
    /// Screens that differ from the one before, with the time since the beginning.
    shots: Vec<(Duration, Screen)>,
    length: Duration,
    poster: Duration,
}

impl Film {
    /// Watches `terminal` for so long.
    pub fn watch(&mut self, terminal: &Terminal, time: Duration) {
        let start = Instant::now();
        while start.elapsed() < time {
            let at = self.length + start.elapsed();
            let screen = terminal.screen();
            let last = self.shots.last();
            if last.is_none_or(|(_, last)| look(last) != look(&screen)) {
                self.shots.push((at, screen));
            }
            thread::sleep(LOOK);
        }
        self.length += time;
    }

    /// What shows now is what stands where nothing moves.
    pub fn mark_poster(&mut self) {
        self.poster = self.length;
    }

    /// Draws it; `None` if nothing was watched.
    pub fn svg(&self, title: &str) -> Option<String> {
        let (_, first) = self.shots.first()?;
        let mut times = Times::new(self.length, self.poster);
        let mut drawn = String::new();
        let (rows, _) = size(first);
        for row in 0..rows {
            times.draw(&mut drawn, self.looks(|screen| line(screen, row)));
        }
        times.draw(&mut drawn, self.looks(cursor));
        Some(opening(first, title, &times.style()) + &drawn + CLOSING)
    }

    /// What `draw` draws of the screens: each look, with the times from and until which it
    /// shows.
    fn looks(&self, draw: impl Fn(&Screen) -> String) -> BTreeMap<String, Vec<Span>> {
        let mut looks: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        let ends = self.shots.iter().skip(1).map(|(at, _)| *at);
        let ends = ends.chain([self.length]);
        for ((from, screen), to) in self.shots.iter().zip(ends) {
            let spans = looks.entry(draw(screen)).or_default();
            match spans.last_mut() {
                Some(last) if last.1 == *from => last.1 = to,
                _ => spans.push((*from, to)),
            }
        }
        looks
    }
}

/// From when until when.
type Span = (Duration, Duration);

/// All that can be seen of a screen.
fn look(screen: &Screen) -> (String, String) {
    (screen.contents_formatted(), screen.cursor_state_formatted())
}

/// When what shows, each under a number.
struct Times {
    length: Duration,
    poster: Duration,
    known: Vec<Vec<Span>>,
}

impl Times {
    fn new(length: Duration, poster: Duration) -> Self {
        Self {
            length,
            poster,
            known: Vec::new(),
        }
    }

    /// Adds `looks` to the picture `drawn`.
    fn draw(&mut self, drawn: &mut String, looks: BTreeMap<String, Vec<Span>>) {
        for (look, spans) in looks {
            if look.is_empty() {
                continue;
            }
            if spans == [(Duration::ZERO, self.length)] {
                drawn.push_str(&look);
                continue;
            }
            let known = self.known.iter().position(|known| *known == spans);
            let number = known.unwrap_or_else(|| {
                self.known.push(spans);
                self.known.len() - 1
            });
            let _ = writeln!(drawn, "<g class=\"t{number}\">\n{look}</g>");
        }
    }

    /// The rules by which things come and go.
    fn style(&self) -> String {
        let mut still = String::new();
        let mut moving = String::new();
        let share = |time: &Duration| 100.0 * time.as_secs_f64() / self.length.as_secs_f64();
        for (number, spans) in self.known.iter().enumerate() {
            let shows = spans
                .iter()
                .any(|(from, to)| (from..to).contains(&&self.poster));
            if !shows {
                let _ = writeln!(still, ".t{number}{{visibility:hidden}}");
            }
            let _ = write!(
                moving,
                ".t{number}{{animation-name:k{number}}}@keyframes k{number}{{"
            );
            if spans.first().is_some_and(|(from, _)| !from.is_zero()) {
                moving.push_str("0%{visibility:hidden}");
            }
            for (from, to) in spans {
                let _ = write!(moving, "{:.2}%{{visibility:visible}}", share(from));
                if *to < self.length {
                    let _ = write!(moving, "{:.2}%{{visibility:hidden}}", share(to));
                }
            }
            moving.push_str("}\n");
        }
        format!(
            "{still}@media (prefers-reduced-motion:no-preference){{\n\
             g[class]{{animation-duration:{:.1}s;animation-timing-function:step-end;\
             animation-iteration-count:infinite}}\n{moving}}}\n",
            self.length.as_secs_f64()
        )
    }
}
