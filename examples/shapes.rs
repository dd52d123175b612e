//! A file to try completion on: `lstm-ls complete examples/shapes.rs:69:12`.

use std::f64::consts::PI;
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Circle { radius: f64 },
    Rectangle { width: f64, height: f64 },
    Square { side: f64 },
}

impl Shape {
    pub fn area(&self) -> f64 {
        match self {
            Shape::Circle { radius } => PI * radius * radius,
            Shape::Rectangle { width, height } => width * height,
            Shape::Square { side } => side * side,
        }
    }

    pub fn perimeter(&self) -> f64 {
        match self {
            Shape::Circle { radius } => 2.0 * PI * radius,
            Shape::Rectangle { width, height } => 2.0 * (width + height),
            Shape::Square { side } => 4.0 * side,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Circle { radius } => write!(f, "circle of radius {radius}"),
            Shape::Rectangle { width, height } => write!(f, "rectangle {width} by {height}"),
            Shape::Square { side } => write!(f, "square of side {side}"),
        }
    }
}

pub fn largest(shapes: &[Shape]) -> Option<&Shape> {
    let mut largest = None;
    for shape in shapes {
        if largest.is_none_or(|l: &Shape| l.area() < shape.area()) {
            largest = Some(shape);
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_a_rectangle() {
        let square = Shape::Square { side: 2.0 };
        let rectangle = Shape::Rectangle { width: 2.0, height: 2.0 };
        assert_eq!(square.area(), rectangle.area());
        assert_eq!(square.perimeter(), rectangle.perimeter());
    }
}

/// What there is no shape of.
pub struct UnknownShape(pub String);

// The file ends in the middle of a line, for lstm-ls to go on.
impl fmt::Display for UnknownShape {
    fn fmt(
