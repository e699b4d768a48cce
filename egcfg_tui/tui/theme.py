"""The workbench's own colours, dark and light."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

NIGHT: Final = Theme(
    name="workbench-night",
    primary="#7aa2d6",
    secondary="#7fbfb5",
    accent="#b48ead",
    success="#8fbf7f",
    warning="#dfb45f",
    error="#e0707a",
    foreground="#d5dae3",
    background="#14171d",
    surface="#1a1e26",
    panel="#252b36",
    dark=True,
    variables={
        "text-primary": "#7aa2d6",
        "text-secondary": "#7fbfb5",
        "text-accent": "#c39bc9",
        "text-success": "#8fbf7f",
        "text-warning": "#dfb45f",
        "text-error": "#e8808a",
        "border-blurred": "#343c4a",
        "footer-background": "#1a1e26",
        "footer-item-background": "#1a1e26",
        "footer-key-background": "#1a1e26",
        "footer-description-background": "#1a1e26",
        "footer-key-foreground": "#7aa2d6",
        "footer-description-foreground": "#98a2b3",
    },
)

DAY: Final = Theme(
    name="workbench-day",
    primary="#2f5f9e",
    secondary="#1f7a70",
    accent="#8a4f8f",
    success="#3d7a2c",
    warning="#9a6700",
    error="#b3303c",
    foreground="#23272f",
    background="#f4f2ee",
    surface="#ebe8e2",
    panel="#dcd8d0",
    dark=False,
    variables={
        "text-primary": "#2f5f9e",
        "text-secondary": "#1f7a70",
        "text-accent": "#8a4f8f",
        "text-success": "#3d7a2c",
        "text-warning": "#8a5c00",
        "text-error": "#b3303c",
        "border-blurred": "#c9c4ba",
        "footer-background": "#ebe8e2",
        "footer-item-background": "#ebe8e2",
        "footer-key-background": "#ebe8e2",
        "footer-description-background": "#ebe8e2",
        "footer-key-foreground": "#2f5f9e",
        "footer-description-foreground": "#5c6470",
    },
)
