"""Lambda entry."""

from functions.system.endpoints import router
from functions.system.pages import ASSETS, Assets
from shared.http.application import create_app, lambda_handler

app = create_app(router)
app.mount(ASSETS, Assets())
handler = lambda_handler(app)
